import type { Block } from '@ethereumjs/block'
import { getMinimumGasLimit, type TypedTransaction } from '@ethereumjs/tx'
import { maxCost, maxGasPrice, maxTip } from '../transaction.js'
import type { View } from '../view.js'
import { SimulationError } from './errors.js'

/**
 * Checks what a block demands of a simulated transaction; funds are demanded always, nonce and fees on request.
 * @throws SimulationError
 */
export async function checkSimulated(
  view: View,
  tx: TypedTransaction,
  block: Block,
  validates: boolean,
): Promise<void> {
  const sender = tx.getSenderAddress()
  const account = await view.state.getAccount(sender)
  if (validates) checkNonce(tx, account?.nonce ?? 0n)
  checkFees(tx, block)
  const balance = account?.balance ?? 0n
  if (balance < maxCost(tx)) {
    const text = `insufficient funds for gas * price + value: address ${sender} have ${balance} want ${maxCost(tx)}`
    throw new SimulationError('insufficientFunds', text)
  }
  const needed = getMinimumGasLimit(tx)
  if (tx.gasLimit < needed) {
    throw new SimulationError(
      'intrinsicGas',
      `intrinsic gas too low: have ${tx.gasLimit}, want ${needed}`,
    )
  }
  const limit = view.common.isActivatedEIP(3860) ? view.common.param('maxInitCodeSize') : undefined
  if (!tx.to && limit !== undefined && BigInt(tx.data.length) > limit) {
    const text = `max initcode size exceeded: code size ${tx.data.length} limit ${limit}`
    throw new SimulationError('initcodeSize', text)
  }
}

function checkNonce(tx: TypedTransaction, nonce: bigint): void {
  if (tx.nonce < nonce) {
    throw new SimulationError('nonceTooLow', `nonce too low: tx: ${tx.nonce} state: ${nonce}`)
  }
  if (tx.nonce > nonce) {
    throw new SimulationError('nonceTooHigh', `nonce too high: tx: ${tx.nonce} state: ${nonce}`)
  }
}

function checkFees(tx: TypedTransaction, { header }: Block): void {
  if (maxTip(tx) > maxGasPrice(tx)) {
    throw new SimulationError(
      'invalid',
      `max priority fee per gas higher than max fee per gas: tip ${maxTip(tx)}, cap ${maxGasPrice(tx)}`,
    )
  }
  const baseFee = header.baseFeePerGas ?? 0n
  if (maxGasPrice(tx) < baseFee) {
    throw new SimulationError(
      'feeCapTooLow',
      `max fee per gas less than block base fee: cap ${maxGasPrice(tx)}, base fee ${baseFee}`,
    )
  }
}
