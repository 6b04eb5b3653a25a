import type { InferenceTensors } from '@lockstep/precompile'
import type { BlockId, Node, SealedBlock, TransactionInference } from '../../node/node.js'
import { boolean } from '../codec.js'
import { formatInference } from '../format/inference.js'
import { formatTensors } from '../format/tensors.js'
import { method, optional, required } from '../method.js'
import { blockId } from '../params.js'

/** The inferences that a block or a transaction made, in execution order. */
export const lockstepInferences = [
  method(
    'lockstep_getInferences',
    [required('transaction hash or block', blockId), optional('tensors', boolean, false)],
    async ({ node }, id, withTensors) => {
      const found = await findInferences(node, id)
      if (!found) return null
      const { sealed, inferences } = found
      const tensors = withTensors ? await tensorsOf(node, sealed) : new Map()
      return inferences.map((inference) => {
        const own = tensors.get(inference)
        return { ...formatInference(inference, sealed), ...(own && formatTensors(own)) }
      })
    },
  ),
]

async function tensorsOf(
  node: Node,
  sealed: SealedBlock,
): Promise<Map<TransactionInference, InferenceTensors>> {
  const all = await node.inferenceTensors(sealed)
  return new Map(sealed.inferences.flatMap((one, i) => (all[i] ? [[one, all[i]]] : [])))
}

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
