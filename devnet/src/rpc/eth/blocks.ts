import type { Hex, SealedBlock } from '../../node/node.js'
import { boolean, hash, integer } from '../codec.js'
import { formatBlock, formatHeader } from '../format/block.js'
import { toQuantity } from '../format/quantity.js'
import { formatReceipt } from '../format/receipt.js'
import { method, optional, required } from '../method.js'
import { blockId, blockNumber } from '../params.js'

const number = required('block', blockNumber)
const blockHash = required('hash', hash)
const index = required('index', integer(0, 2 ** 31))

/** Null for a block that is not there. */
function orNull<T>(sealed: SealedBlock | undefined, give: (sealed: SealedBlock) => T): T | null {
  return sealed ? give(sealed) : null
}

const countTransactions = (sealed: SealedBlock): Hex => toQuantity(sealed.transactions.length)
/** Blocks of proof of stake have no uncles. */
const noUncles = (): Hex => '0x0'

/** Blocks, their headers and their receipts. */
export const blocks = [
  method('eth_blockNumber', [], ({ node }) => toQuantity(node.head.block.header.number)),
  method(
    'eth_getBlockByNumber',
    [number, optional('full transactions', boolean, false)],
    async ({ node }, id, full) => orNull(await node.block(id), (block) => formatBlock(block, full)),
  ),
  method(
    'eth_getBlockByHash',
    [blockHash, optional('full transactions', boolean, false)],
    async ({ node }, wanted, full) =>
      orNull(await node.block({ hash: wanted }), (block) => formatBlock(block, full)),
  ),
  method(['eth_getHeaderByNumber', 'erigon_getHeaderByNumber'], [number], async ({ node }, id) =>
    orNull(await node.block(id), formatHeader),
  ),
  method('eth_getHeaderByHash', [blockHash], async ({ node }, wanted) =>
    orNull(await node.block({ hash: wanted }), formatHeader),
  ),
  method('eth_getBlockTransactionCountByNumber', [number], async ({ node }, id) =>
    orNull(await node.block(id), countTransactions),
  ),
  method('eth_getBlockTransactionCountByHash', [blockHash], async ({ node }, wanted) =>
    orNull(await node.block({ hash: wanted }), countTransactions),
  ),
  method('eth_getUncleCountByBlockNumber', [number], async ({ node }, id) =>
    orNull(await node.block(id), noUncles),
  ),
  method('eth_getUncleCountByBlockHash', [blockHash], async ({ node }, wanted) =>
    orNull(await node.block({ hash: wanted }), noUncles),
  ),
  method('eth_getUncleByBlockNumberAndIndex', [number, index], () => null),
  method('eth_getUncleByBlockHashAndIndex', [blockHash, index], () => null),
  method('eth_getBlockReceipts', [required('block', blockId)], async ({ node }, id) =>
    orNull(await node.block(id), (block) =>
      block.transactions.map((transaction) => formatReceipt(transaction, block)),
    ),
  ),
]
