import { RLP } from '@ethereumjs/rlp'
import { bytesToHex, concatBytes, hexToBytes } from '@ethereumjs/util'
import type { Hex, MinedTransaction } from '../../node/node.js'
import { requireBlock } from '../blockLookup.js'
import { method, required } from '../method.js'
import { blockId } from '../params.js'

const block = required('block', blockId)

/** Blocks and what they hold as they are hashed. debug_getRawTransaction stands with eth_getRawTransactionByHash. */
export const rawBlocks = [
  method('debug_getRawHeader', [block], async ({ node }, id) =>
    bytesToHex((await requireBlock(node, id)).block.header.serialize()),
  ),
  method('debug_getRawBlock', [block], async ({ node }, id) =>
    bytesToHex((await requireBlock(node, id)).block.serialize()),
  ),
  method('debug_getRawTransactions', [block], async ({ node }, id) =>
    (await requireBlock(node, id)).transactions.map(({ tx }) => bytesToHex(tx.serialize())),
  ),
  method('debug_getRawReceipts', [block], async ({ node }, id) =>
    (await requireBlock(node, id)).transactions.map(encodeReceipt),
  ),
]

/** EIP-2718: the type, then the RLP of status, cumulative gas, bloom and logs. */
function encodeReceipt({ tx, receipt }: MinedTransaction): Hex {
  const body = RLP.encode([
    receipt.stateRoot ? hexToBytes(receipt.stateRoot) : receipt.status,
    receipt.cumulativeGasUsed,
    hexToBytes(receipt.logsBloom),
    receipt.logs.map(({ address, topics, data }) => [
      hexToBytes(address),
      topics.map((topic) => hexToBytes(topic)),
      hexToBytes(data),
    ]),
  ])
  return bytesToHex(tx.type === 0 ? body : concatBytes(Uint8Array.of(tx.type), body))
}
