import type { Node } from '../../node/node.js'
import { toQuantity } from '../format/quantity.js'
import { method } from '../method.js'

/** What of the past this node answers for. It forgets nothing, so no part of it names a strategy of deletion. */
export const capabilities = [
  method('eth_capabilities', [], ({ node }) => {
    const { hash, block } = node.head
    const blocks = since(firstBlock(node))
    const state = since(node.genesisNumber)
    return {
      head: { number: toQuantity(block.header.number), hash },
      state,
      tx: blocks,
      logs: blocks,
      receipts: blocks,
      blocks,
      stateproofs: state,
    }
  }),
]

/** What came before a fork is asked of the forked chain. */
function firstBlock({ fork, genesisNumber }: Node): bigint {
  return fork ? 0n : genesisNumber
}

function since(oldest: bigint) {
  return { disabled: false, oldestBlock: toQuantity(oldest) }
}
