import type { Hex, MinedTransaction, SealedBlock } from '../../node/node.js'
import { requireState } from '../blockLookup.js'
import { address, hash, integer } from '../codec.js'
import { ErrorCode, RpcError } from '../errors.js'
import { formatBlock } from '../format/block.js'
import { formatOtsReceipt } from '../format/otterscan.js'
import { toQuantity } from '../format/quantity.js'
import { formatMinedTransaction } from '../format/transaction.js'
import { method, required } from '../method.js'
import { blockNumber } from '../params.js'

const number = required('block', blockNumber)
/** Characters of 4 bytes in hex. */
const selectorLength = 10

/** Blocks as Otterscan shows them. */
export const otsBlocks = [
  // Otterscan asks for at least this version of the methods.
  method('ots_getApiLevel', [], () => 8),
  method('ots_hasCode', [required('address', address), number], async ({ node }, owner, id) => {
    const code = await (await requireState(node, id)).code(owner)
    return code.length > 0
  }),
  method('ots_getBlockDetails', [number], async ({ node }, id) =>
    formatDetails(found(await node.block(id))),
  ),
  method('ots_getBlockDetailsByHash', [required('hash', hash)], async ({ node }, wanted) =>
    formatDetails(found(await node.block({ hash: wanted }))),
  ),
  method(
    'ots_getBlockTransactions',
    [number, required('page', integer(0, 2 ** 31)), required('page size', integer(0, 10_000))],
    async ({ node }, id, page, size) => formatPage(found(await node.block(id)), page, size),
  ),
]

/** @throws RpcError when there is no such block. */
function found(sealed: SealedBlock | undefined): SealedBlock {
  if (!sealed) throw new RpcError(ErrorCode.resourceNotFound, 'Resource not found: no such block')
  return sealed
}

function formatDetails(sealed: SealedBlock) {
  const { transactions, ...block } = formatSummary(sealed)
  const zero: Hex = '0x0'
  const totalFees = sealed.transactions.reduce(
    (total, { receipt }) => total + receipt.gasUsed * receipt.effectiveGasPrice,
    0n,
  )
  return {
    block: { ...block, transactionCount: transactions.length },
    issuance: { blockReward: zero, uncleReward: zero, issuance: zero },
    totalFees: toQuantity(totalFees),
  }
}

/** Otterscan shows the difficulty of all blocks together, which proof of stake has none of. */
function formatSummary(sealed: SealedBlock) {
  return { ...formatBlock(sealed, false), totalDifficulty: '0x0' }
}

function formatPage(sealed: SealedBlock, page: number, size: number) {
  const shown = sealed.transactions.slice(page * size, (page + 1) * size)
  return {
    fullblock: {
      ...formatSummary(sealed),
      transactions: shown.map((mined) => formatListed(mined, sealed)),
      transactionCount: sealed.transactions.length,
    },
    receipts: shown.map((mined) => formatOtsReceipt(mined, sealed)),
  }
}

/** A list shows which function a transaction calls, and not with what. */
function formatListed(mined: MinedTransaction, sealed: SealedBlock) {
  const transaction = formatMinedTransaction(mined, sealed)
  return { ...transaction, input: transaction.input.slice(0, selectorLength) }
}
