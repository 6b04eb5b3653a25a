import { headerJson } from '../../node/json/header.js'
import type { SealedBlock } from '../../node/node.js'
import { toQuantity } from './quantity.js'
import { formatMinedTransaction } from './transaction.js'

/** A header as eth_getHeaderByNumber gives it: the block without what it holds. */
export function formatHeader({ hash, block: { header } }: SealedBlock) {
  return { hash, ...headerJson(header) }
}

/** @param fullTransactions whether to give transactions whole, or their hashes alone. */
export function formatBlock(sealed: SealedBlock, fullTransactions: boolean) {
  const { block, transactions } = sealed
  return {
    ...formatHeader(sealed),
    size: toQuantity(block.serialize().length),
    uncles: [],
    transactions: fullTransactions
      ? transactions.map((transaction) => formatMinedTransaction(transaction, sealed))
      : transactions.map(({ hash }) => hash),
    ...(block.withdrawals && { withdrawals: block.withdrawals.map((entry) => entry.toJSON()) }),
  }
}
