import { requireKnown } from '../blockLookup.js'
import { HaltedError, RevertedError } from '../errors.js'
import { toQuantity } from '../format/quantity.js'
import { method, optional, required } from '../method.js'
import { blockId, blockOverrides, callRequest, compact, stateOverrides } from '../params.js'

const request = required('transaction', callRequest)
const block = optional('block', blockId, 'latest')
const state = optional('state overrides', stateOverrides)

/** Execution that leaves the chain as it is. */
export const execution = [
  method(
    'eth_call',
    [request, block, state, optional('block overrides', blockOverrides)],
    async ({ node }, call, id, stateOverride, blockOverride) => {
      await requireKnown(node, id)
      const overrides = compact({ state: stateOverride, block: blockOverride })
      const { success, returnData, exception = 'revert' } = await node.call(call, id, overrides)
      if (success) return returnData
      throw exception === 'revert' ? new RevertedError(returnData) : new HaltedError(exception)
    },
  ),
  method('eth_estimateGas', [request, block, state], async ({ node }, call, id, overrides) => {
    await requireKnown(node, id)
    return toQuantity(await node.estimateGas(call, id, compact({ state: overrides })))
  }),
  method('eth_createAccessList', [request, block], async ({ node }, call, id) => {
    await requireKnown(node, id)
    const { gasUsed, ...result } = await node.createAccessList(call, id)
    return { ...result, gasUsed: toQuantity(gasUsed) }
  }),
]
