import type { BlockId, Node, SealedBlock, TransactionInference } from '../../node/node.js'
import { formatInference } from '../format/inference.js'
import { method, required } from '../method.js'
import { blockId } from '../params.js'

/** The inferences that a block or a transaction made, in execution order. */
export const lockstepInferences = [
  method(
    'lockstep_getInferences',
    [required('transaction hash or block', blockId)],
    async ({ node }, id) => {
      const found = await findInferences(node, id)
      return found?.inferences.map((inference) => formatInference(inference, found.sealed)) ?? null
    },
  ),
]

/** Undefined when neither a mined transaction nor a block answers to the name. */
async function findInferences(
  node: Node,
  id: BlockId,
): Promise<{ sealed: SealedBlock; inferences: readonly TransactionInference[] } | undefined> {
  if (typeof id === 'object') {
    const found = await node.transaction(id.hash)
    if (found && 'pooled' in found) return undefined
    if (found) {
      const { index } = found.mined
      const own = found.in.inferences.filter(({ transactionIndex }) => transactionIndex === index)
      return { sealed: found.in, inferences: own }
    }
  }
  const sealed = await node.block(id)
  return sealed && { sealed, inferences: sealed.inferences }
}
