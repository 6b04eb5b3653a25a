import type { CallBundle } from '../../node/callMany.js'
import type { BlockId, CallOutcome, Node, WithinBlock } from '../../node/node.js'
import { requireBlock, requireKnown } from '../blockLookup.js'
import { type Codec, CodecError, list, strictObject } from '../codec.js'
import { method, optional, required } from '../method.js'
import { blockId, blockOverrides, callRequest, stateOverrides } from '../params.js'
import { revertMessage } from '../revert.js'

const bundleFields = strictObject({
  transactions: list(callRequest, 1_000),
  blockOverride: blockOverrides,
})

const bundle: Codec<CallBundle> = (value) => {
  const { transactions = [], blockOverride } = bundleFields(value)
  return { requests: transactions, ...(blockOverride && { block: blockOverride }) }
}

/** Position in the block after which calls stand; −1 for its end. */
const position: Codec<number> = (value) => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= -1) return value
  throw new CodecError('a position in the block, or -1 for its end', value)
}

const contextFields = strictObject({ blockNumber: blockId, transactionIndex: position })

/** Many calls, each on the state that the one before it left. */
export const manyCalls = [
  method(
    'eth_callMany',
    [
      required('bundles', list(bundle, 1_000)),
      optional('state context', contextFields, {}),
      optional('state overrides', stateOverrides),
    ],
    async ({ node }, bundles, { blockNumber = 'latest', transactionIndex = -1 }, state) => {
      const at = await pointOf(node, blockNumber, transactionIndex)
      const outcomes = await node.callMany(bundles, at, state)
      return outcomes.map((bundle) => bundle.map(answerOf))
    },
  ),
]

async function pointOf(node: Node, id: BlockId, index: number): Promise<BlockId | WithinBlock> {
  if (index >= 0) return { within: await requireBlock(node, id), after: index }
  await requireKnown(node, id)
  return id
}

function answerOf({ success, returnData, exception = 'revert' }: CallOutcome) {
  if (success) return { value: returnData }
  return { error: exception === 'revert' ? revertMessage(returnData) : exception }
}
