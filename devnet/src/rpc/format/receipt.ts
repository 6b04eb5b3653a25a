import type { Hex, MinedTransaction, SealedBlock } from '../../node/node.js'
import { formatLog } from './log.js'
import { toQuantity } from './quantity.js'

/** A receipt as eth_getTransactionReceipt gives it. */
export function formatReceipt(transaction: MinedTransaction, sealed: SealedBlock) {
  const { receipt, tx, hash } = transaction
  const { header } = sealed.block
  return {
    type: toQuantity(tx.type),
    ...(receipt.stateRoot ? { root: receipt.stateRoot } : { status: toQuantity(receipt.status) }),
    cumulativeGasUsed: toQuantity(receipt.cumulativeGasUsed),
    logs: receipt.logs.map((log) => formatLog(log, hash, sealed)),
    logsBloom: receipt.logsBloom,
    transactionHash: hash,
    transactionIndex: toQuantity(transaction.index),
    blockHash: sealed.hash,
    blockNumber: toQuantity(header.number),
    gasUsed: toQuantity(receipt.gasUsed),
    effectiveGasPrice: toQuantity(receipt.effectiveGasPrice),
    ...(receipt.blobGasUsed === undefined ? {} : { blobGasUsed: toQuantity(receipt.blobGasUsed) }),
    ...(receipt.blobGasPrice === undefined
      ? {}
      : { blobGasPrice: toQuantity(receipt.blobGasPrice) }),
    from: transaction.from,
    to: (tx.to?.toString() as Hex | undefined) ?? null,
    contractAddress: receipt.contractAddress,
  }
}

export type RpcReceipt = ReturnType<typeof formatReceipt>
