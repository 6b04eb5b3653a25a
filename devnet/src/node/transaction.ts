import {
  createMinimal4844TxFromNetworkWrapper,
  isBlob4844Tx,
  isLegacyTx,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { Address, bigIntMin, bigIntToBytes, bytesToBigInt, setLengthLeft } from '@ethereumjs/util'
import type { Hex } from './node.js'

/**
 * The transaction as if `sender` had signed it; one that is not frozen itself. What is made a prototype stays in memory
 * until the next full collection.
 */
export function withSender(tx: TypedTransaction, sender: Address): TypedTransaction {
  if (Object.isExtensible(tx)) {
    tx.getSenderAddress = () => sender
    Object.freeze(tx)
    return tx
  }
  return Object.freeze(Object.create(tx, { getSenderAddress: { value: () => sender } }))
}

/** Above every address, so that the fake `r` is never zero and shows itself as one. */
const fakeSignatureMark = 1n << 160n

/**
 * Gives a transaction that nobody signed a signature that names its sender: `r` is the address with the bit above
 * it set, `s` is 1. The RLP is well-formed, and the hashes of two senders' equal transactions differ.
 */
export function impersonate(tx: TypedTransaction, sender: Address): TypedTransaction {
  const r = fakeSignatureMark + bytesToBigInt(sender.bytes)
  const signed = isLegacyTx(tx) ? tx.addSignature(0n, r, 1n, true) : tx.addSignature(0n, r, 1n)
  return withSender(signed, sender)
}

/** The sender that `impersonate` put into a transaction; undefined where somebody signed it. */
export function impersonatedSender({ r, s }: TypedTransaction): Address | undefined {
  if (s !== 1n || r === undefined || r >> 160n !== 1n) return undefined
  return new Address(setLengthLeft(bigIntToBytes(r - fakeSignatureMark), 20))
}

/** The transaction as a block holds it: blobs travel beside blocks. */
export function withoutBlobs(tx: TypedTransaction): TypedTransaction {
  if (!isBlob4844Tx(tx) || tx.blobs === undefined) return tx
  return createMinimal4844TxFromNetworkWrapper(tx, { common: tx.common })
}

/** What of the price goes to the block's beneficiary; negative when the base fee is not met. */
export function effectiveTip(tx: TypedTransaction, baseFee: bigint): bigint {
  if ('gasPrice' in tx) return tx.gasPrice - baseFee
  const room = tx.maxFeePerGas - baseFee
  return bigIntMin(tx.maxPriorityFeePerGas, room)
}

/** The most that a unit of gas may cost the sender. */
export function maxGasPrice(tx: TypedTransaction): bigint {
  return 'gasPrice' in tx ? tx.gasPrice : tx.maxFeePerGas
}

/** The most that the sender may pay the beneficiary for a unit of gas. */
export function maxTip(tx: TypedTransaction): bigint {
  return 'gasPrice' in tx ? tx.gasPrice : tx.maxPriorityFeePerGas
}

/** Versioned hashes of the blobs that a transaction names. */
export function namedBlobs(tx: TypedTransaction): readonly Hex[] {
  return isBlob4844Tx(tx) ? tx.blobVersionedHashes : []
}

/** Gas that the blobs of a transaction take from the block's blob gas. */
export function blobGas(tx: TypedTransaction): bigint {
  const count = namedBlobs(tx).length
  return count === 0 ? 0n : BigInt(count) * tx.common.param('blobGasPerBlob')
}

/** The most that the transaction may take from its sender's account. */
export function maxCost(tx: TypedTransaction): bigint {
  const blobs = isBlob4844Tx(tx) ? tx.maxFeePerBlobGas * blobGas(tx) : 0n
  return tx.value + tx.gasLimit * maxGasPrice(tx) + blobs
}
