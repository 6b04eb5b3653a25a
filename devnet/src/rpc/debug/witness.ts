import { requireBlock } from '../blockLookup.js'
import { method, required } from '../method.js'
import { blockId } from '../params.js'

/** What other programs need to execute a block themselves. */
export const debugWitness = [
  method('debug_executionWitness', [required('block', blockId)], async ({ node }, id) =>
    node.executionWitness(await requireBlock(node, id)),
  ),
]
