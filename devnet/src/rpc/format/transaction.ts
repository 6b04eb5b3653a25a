import {
  type EOACode7702Tx,
  isAccessList2930Tx,
  isBlob4844Tx,
  isEOACode7702Tx,
  isLegacyTx,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { bytesToHex } from '@ethereumjs/util'
import type { Hex, MinedTransaction, PooledTransaction, SealedBlock } from '../../node/node.js'
import { toQuantity } from './quantity.js'

/** A transaction of a block, as eth_getTransactionByHash gives it. */
export function formatMinedTransaction(transaction: MinedTransaction, sealed: SealedBlock) {
  const { header } = sealed.block
  return {
    ...formatBody(transaction.tx, transaction.receipt.effectiveGasPrice),
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
    ...formatBody(tx, undefined),
    hash,
    blockHash: null,
    blockNumber: null,
    transactionIndex: null,
    from,
  }
}

/** @param effectiveGasPrice what it paid, once it is mined. */
function formatBody(tx: TypedTransaction, effectiveGasPrice: bigint | undefined) {
  return {
    type: toQuantity(tx.type),
    ...chainIdOf(tx),
    nonce: toQuantity(tx.nonce),
    gas: toQuantity(tx.gasLimit),
    ...feesOf(tx, effectiveGasPrice),
    to: (tx.to?.toString() as Hex | undefined) ?? null,
    value: toQuantity(tx.value),
    ...listsOf(tx),
    input: bytesToHex(tx.data),
    ...signatureOf(tx),
  }
}

function chainIdOf(tx: TypedTransaction): { chainId?: Hex } {
  if (!isLegacyTx(tx)) return { chainId: toQuantity(tx.chainId) }
  // EIP-155 writes the chain into v; an older signature holds for every chain.
  const isBound = tx.v === undefined || tx.v >= 35n
  return isBound ? { chainId: toQuantity(tx.common.chainId()) } : {}
}

function feesOf(tx: TypedTransaction, effectiveGasPrice: bigint | undefined) {
  if (isLegacyTx(tx) || isAccessList2930Tx(tx)) return { gasPrice: toQuantity(tx.gasPrice) }
  return {
    maxFeePerGas: toQuantity(tx.maxFeePerGas),
    maxPriorityFeePerGas: toQuantity(tx.maxPriorityFeePerGas),
    gasPrice: toQuantity(effectiveGasPrice ?? tx.maxFeePerGas),
  }
}

function listsOf(tx: TypedTransaction) {
  if (isLegacyTx(tx)) return {}
  const accessList = tx.accessList.map(([address, storageKeys]) => ({
    address: bytesToHex(address),
    storageKeys: storageKeys.map((key) => bytesToHex(key)),
  }))
  if (isBlob4844Tx(tx)) {
    const { blobVersionedHashes } = tx
    return { accessList, maxFeePerBlobGas: toQuantity(tx.maxFeePerBlobGas), blobVersionedHashes }
  }
  if (isEOACode7702Tx(tx)) return { accessList, authorizationList: authorizationsOf(tx) }
  return { accessList }
}

function authorizationsOf(tx: EOACode7702Tx) {
  return tx.authorizationList.map(([chainId, address, nonce, yParity, r, s]) => ({
    chainId: quantityOf(chainId),
    address: bytesToHex(address),
    nonce: quantityOf(nonce),
    yParity: quantityOf(yParity),
    r: quantityOf(r),
    s: quantityOf(s),
  }))
}

function quantityOf(bytes: Uint8Array): Hex {
  return bytes.length === 0 ? '0x0' : toQuantity(BigInt(bytesToHex(bytes)))
}

/** Zeros for a transaction that was sent without a signature. */
function signatureOf(tx: TypedTransaction) {
  const { r = 0n, s = 0n, v = 0n } = tx
  return {
    r: toQuantity(r),
    s: toQuantity(s),
    ...(isLegacyTx(tx) ? {} : { yParity: toQuantity(v) }),
    v: toQuantity(v),
  }
}
