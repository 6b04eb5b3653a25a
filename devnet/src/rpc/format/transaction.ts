import { transactionJson } from '../../node/json/transaction.js'
import type { MinedTransaction, PooledTransaction, SealedBlock } from '../../node/node.js'
import { toQuantity } from './quantity.js'

/** A transaction of a block, as eth_getTransactionByHash gives it. */
export function formatMinedTransaction(transaction: MinedTransaction, sealed: SealedBlock) {
  const { header } = sealed.block
  return {
    ...transactionJson(transaction.tx, transaction.receipt.effectiveGasPrice),
    hash: transaction.hash,
    blockHash: sealed.hash,
    blockNumber: toQuantity(header.number),
    blockTimestamp: toQuantity(header.timestamp),
    transactionIndex: toQuantity(transaction.index),
    from: transaction.from,
  }
}

/** A transaction that waits in the pool, or that was only filled. */
export function formatPooledTransaction({ tx, hash, from }: PooledTransaction) {
  return {
    ...transactionJson(tx, undefined),
    hash,
    blockHash: null,
    blockNumber: null,
    transactionIndex: null,
    from,
  }
}
