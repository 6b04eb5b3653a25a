import { bytesToHex } from '@ethereumjs/util'
import { encodeReceipt } from '../../node/encodeReceipt.js'
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
