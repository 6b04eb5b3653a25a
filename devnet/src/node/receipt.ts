import type { BlockHeader } from '@ethereumjs/block'
import { bytesToHex, createAddressFromString, createContractAddress } from '@ethereumjs/util'
import type { RunTxResult } from '@ethereumjs/vm'
import { toLogs } from './logs.js'
import type { MinedTransaction, PooledTransaction } from './node.js'
import { blobGas, effectiveTip } from './transaction.js'

/**
 * A transaction that was executed, with its receipt.
 * @param header under which it ran.
 * @param at its place in the block, and the number of logs before it.
 */
export function minedTransaction(
  { hash, tx, from }: Pick<PooledTransaction, 'hash' | 'tx' | 'from'>,
  result: RunTxResult,
  header: BlockHeader,
  at: { readonly index: number; readonly logIndex: number },
): MinedTransaction {
  const { exceptionError, returnValue } = result.execResult
  const baseFee = header.baseFeePerGas ?? 0n
  const blobs = blobGas(tx)
  const { receipt } = result
  return {
    hash,
    tx,
    from,
    index: at.index,
    receipt: {
      status: exceptionError ? 0 : 1,
      ...('stateRoot' in receipt && { stateRoot: bytesToHex(receipt.stateRoot) }),
      gasUsed: result.totalGasSpent,
      cumulativeGasUsed: receipt.cumulativeBlockGasUsed,
      effectiveGasPrice: baseFee + effectiveTip(tx, baseFee),
      ...(blobs > 0n && { blobGasUsed: blobs, blobGasPrice: header.getBlobGasPrice() }),
      logsBloom: bytesToHex(result.bloom.bitvector),
      logs: toLogs(receipt.logs, at.index, at.logIndex),
      contractAddress: tx.to
        ? null
        : createContractAddress(createAddressFromString(from), tx.nonce).toString(),
      returnData: bytesToHex(returnValue),
    },
  }
}
