import { Block, type BlockHeader, createBlockHeader, type HeaderData } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { createTx, TransactionType, type TypedTransaction, type TypedTxData } from '@ethereumjs/tx'
import { bigIntMax, bigIntMin, createAddressFromString, MAX_INTEGER } from '@ethereumjs/util'
import { InvalidCallError } from './errors.js'
import type { BlockOverrides, CallRequest, Hex } from './node.js'
import { withSender } from './transaction.js'

/** Who calls when nobody is named. */
const zeroAddress: Hex = '0x0000000000000000000000000000000000000000'

/**
 * A block of nothing but a header, under which calls execute.
 * @param blobBaseFee instead of the one that follows from the header.
 */
export function blockUnder(data: HeaderData, common: Common, blobBaseFee?: bigint): Block {
  const header = createBlockHeader(data, { common, skipConsensusFormatValidation: true })
  const seen =
    blobBaseFee === undefined
      ? header
      : Object.freeze(Object.create(header, { getBlobGasPrice: { value: () => blobBaseFee } }))
  return new Block(seen, [], [], undefined, { common })
}

/**
 * The block that a call sees. Its base fee is no more than the call offers: 0 for one that offers no price, so that
 * it needs no funds.
 */
export function callBlock(
  request: CallRequest,
  header: BlockHeader,
  common: Common,
  overrides: BlockOverrides = {},
): Block {
  const { number, time, gasLimit, coinbase, prevRandao, baseFee } = overrides
  const data: HeaderData = {
    ...header,
    ...(number !== undefined && { number }),
    ...(time !== undefined && { timestamp: time }),
    ...(gasLimit !== undefined && { gasLimit }),
    ...(coinbase !== undefined && { coinbase }),
    ...(prevRandao !== undefined && { mixHash: prevRandao }),
    baseFeePerGas: bigIntMin(baseFee ?? header.baseFeePerGas ?? 0n, offeredPrice(request)),
    // What the block used is no part of what a call sees, and may exceed an overridden limit.
    gasUsed: 0n,
  }
  return blockUnder(data, common, seenBlobBaseFee(request, header))
}

/** No more than the call offers, like the base fee. */
function seenBlobBaseFee(request: CallRequest, header: BlockHeader): bigint | undefined {
  if (!request.blobVersionedHashes || header.excessBlobGas === undefined) return undefined
  return bigIntMin(header.getBlobGasPrice(), request.maxFeePerBlobGas ?? 0n)
}

/** Calls may have this much gas even where blocks hold less, as with geth. */
const leastCallGasCap = 50_000_000n
/** And no more than this, however much blocks may hold. */
const mostCallGasCap = 1_000_000_000n

/**
 * The gas of a call: what it asks for, or that of a block. A call that asks for more than this node executes for
 * anybody gets as much as it may have: nothing else would end an endless loop.
 * @param sealed header of the block that the call follows.
 * @param block the block that it sees.
 */
export function callGas(request: CallRequest, sealed: BlockHeader, block: Block): bigint {
  const cap = bigIntMin(bigIntMax(leastCallGasCap, sealed.gasLimit), mostCallGasCap)
  const gas = bigIntMin(request.gas ?? block.header.gasLimit, cap)
  // EIP-7825 limits every transaction from Osaka on.
  if (!block.common.isActivatedEIP(7825)) return gas
  return bigIntMin(gas, block.common.param('maxTransactionGasLimit'))
}

/**
 * The unsigned transaction that a call amounts to.
 * @param gasLimit from `callGas`.
 * @throws InvalidCallError when no transaction can have these fields.
 */
export function callTransaction(
  request: CallRequest,
  block: Block,
  gasLimit: bigint,
  common: Common,
): TypedTransaction {
  try {
    const tx = createTx(callData(request, block, gasLimit), { common, freeze: false })
    return withSender(tx, createAddressFromString(request.from ?? zeroAddress))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InvalidCallError(`No transaction can have these fields: ${reason}`, { cause })
  }
}

/** The most that the call offers for a unit of gas; a tip alone comes on top of any base fee. */
function offeredPrice({ gasPrice, maxFeePerGas, maxPriorityFeePerGas }: CallRequest): bigint {
  const unlimited = (maxPriorityFeePerGas ?? 0n) > 0n ? MAX_INTEGER : 0n
  return gasPrice ?? maxFeePerGas ?? unlimited
}

function callData(request: CallRequest, block: Block, gasLimit: bigint): TypedTxData {
  const fields = {
    gasLimit,
    value: request.value ?? 0n,
    data: request.data ?? ('0x' as Hex),
    ...(request.to && { to: request.to }),
  }
  const accessList = (request.accessList ?? []).map(({ address, storageKeys }) => ({
    address,
    storageKeys: [...storageKeys],
  }))
  if (request.gasPrice !== undefined && request.maxFeePerGas !== undefined) {
    throw new InvalidCallError('A call has either gasPrice or maxFeePerGas, not both.')
  }
  const { blobVersionedHashes, maxFeePerBlobGas = 0n } = request
  const isPlain = !request.authorizationList && !blobVersionedHashes
  if (isPlain && request.maxFeePerGas === undefined) {
    if (request.maxPriorityFeePerGas === undefined) {
      const gasPrice = request.gasPrice ?? 0n
      return accessList.length === 0
        ? { type: TransactionType.Legacy, ...fields, gasPrice }
        : { type: TransactionType.AccessListEIP2930, ...fields, gasPrice, accessList }
    }
  }
  const maxPriorityFeePerGas = request.maxPriorityFeePerGas ?? request.gasPrice ?? 0n
  const maxFeePerGas =
    request.maxFeePerGas ??
    request.gasPrice ??
    maxPriorityFeePerGas + (block.header.baseFeePerGas ?? 0n)
  const fees = { ...fields, maxFeePerGas, maxPriorityFeePerGas, accessList }
  if (isPlain) return { type: TransactionType.FeeMarketEIP1559, ...fees }
  if (blobVersionedHashes) {
    const hashes = [...blobVersionedHashes]
    return {
      type: TransactionType.BlobEIP4844,
      ...fees,
      blobVersionedHashes: hashes,
      maxFeePerBlobGas,
    }
  }
  const authorizationList = request.authorizationList as never
  return { type: TransactionType.EOACodeEIP7702, ...fees, authorizationList }
}
