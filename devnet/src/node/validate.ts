import type { Common } from '@ethereumjs/common'
import { getMinimumGasLimit, isBlob4844Tx, isLegacyTx, type TypedTransaction } from '@ethereumjs/tx'
import type { Account } from '@ethereumjs/util'
import { PoolError } from './errors.js'
import { maxCost, maxGasPrice, maxTip } from './transaction.js'

/** What the next block demands of a transaction. */
export interface BlockDemands {
  readonly gasLimit: bigint
  readonly baseFee: bigint
  readonly blobBaseFee: bigint
}

/**
 * Checks what a transaction claims by itself.
 * @throws PoolError
 */
export function checkTransaction(tx: TypedTransaction, common: Common): void {
  checkChainId(tx, common.chainId())
  const needed = getMinimumGasLimit(tx)
  if (tx.gasLimit < needed) {
    throw new PoolError('intrinsicGasTooLow', `needs ${needed} gas, its limit is ${tx.gasLimit}`)
  }
  if (maxTip(tx) > maxGasPrice(tx)) {
    throw new PoolError('tipAboveFeeCap', `tip ${maxTip(tx)}, fee cap ${maxGasPrice(tx)}`)
  }
  checkInitcode(tx, common)
}

function checkChainId(tx: TypedTransaction, chainId: bigint): void {
  const claimed = isLegacyTx(tx) ? legacyChainId(tx.v) : tx.chainId
  if (claimed !== undefined && claimed !== chainId) {
    throw new PoolError('chainIdMismatch', `signed for ${claimed}, this chain is ${chainId}`)
  }
}

/** The chain that a legacy signature binds to (EIP-155); undefined when it is good on every chain. */
function legacyChainId(v: bigint | undefined): bigint | undefined {
  return v === undefined || v < 35n ? undefined : (v - 35n) / 2n
}

function checkInitcode(tx: TypedTransaction, common: Common): void {
  if (tx.to !== undefined || !common.isActivatedEIP(3860)) return
  const limit = common.param('maxInitCodeSize')
  if (BigInt(tx.data.length) > limit) {
    throw new PoolError('initcodeTooLarge', `${tx.data.length} bytes of at most ${limit}`)
  }
}

/**
 * Checks a transaction against the block that it is to be in.
 * @throws PoolError
 */
export function checkDemands(tx: TypedTransaction, block: BlockDemands): void {
  if (tx.gasLimit > block.gasLimit) {
    throw new PoolError('gasLimitTooHigh', `${tx.gasLimit} of at most ${block.gasLimit}`)
  }
  if (maxGasPrice(tx) < block.baseFee) {
    throw new PoolError('feeTooLow', `fee cap ${maxGasPrice(tx)}, base fee ${block.baseFee}`)
  }
  if (isBlob4844Tx(tx) && tx.maxFeePerBlobGas < block.blobBaseFee) {
    throw new PoolError(
      'blobFeeTooLow',
      `fee cap ${tx.maxFeePerBlobGas}, blob base fee ${block.blobBaseFee}`,
    )
  }
}

/**
 * Checks that the sender can pay.
 * @throws PoolError
 */
export function checkFunds(tx: TypedTransaction, account: Account | undefined): void {
  const balance = account?.balance ?? 0n
  if (balance < maxCost(tx)) {
    throw new PoolError('insufficientFunds', `needs ${maxCost(tx)} wei, has ${balance}`)
  }
}
