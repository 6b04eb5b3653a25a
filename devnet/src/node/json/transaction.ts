import type { Common } from '@ethereumjs/common'
import {
  createTx,
  type EOACode7702Tx,
  isAccessList2930Tx,
  isBlob4844Tx,
  isEOACode7702Tx,
  isLegacyTx,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { bigIntToHex, bytesToBigInt, bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../node.js'

/**
 * What a transaction says by itself, in the JSON that clients and state files share.
 * @param effectiveGasPrice what it paid, once it is mined.
 */
export function transactionJson(tx: TypedTransaction, effectiveGasPrice: bigint | undefined) {
  return {
    type: bigIntToHex(BigInt(tx.type)),
    ...chainIdOf(tx),
    nonce: bigIntToHex(tx.nonce),
    gas: bigIntToHex(tx.gasLimit),
    ...feesOf(tx, effectiveGasPrice),
    to: (tx.to?.toString() as Hex | undefined) ?? null,
    value: bigIntToHex(tx.value),
    ...listsOf(tx),
    input: bytesToHex(tx.data),
    ...signatureOf(tx),
  }
}

function chainIdOf(tx: TypedTransaction): { chainId?: Hex } {
  if (!isLegacyTx(tx)) return { chainId: bigIntToHex(tx.chainId) }
  // EIP-155 writes the chain into v; an older signature holds for every chain.
  const isBound = tx.v === undefined || tx.v >= 35n
  return isBound ? { chainId: bigIntToHex(tx.common.chainId()) } : {}
}

function feesOf(tx: TypedTransaction, effectiveGasPrice: bigint | undefined) {
  if (isLegacyTx(tx) || isAccessList2930Tx(tx)) return { gasPrice: bigIntToHex(tx.gasPrice) }
  return {
    maxFeePerGas: bigIntToHex(tx.maxFeePerGas),
    maxPriorityFeePerGas: bigIntToHex(tx.maxPriorityFeePerGas),
    gasPrice: bigIntToHex(effectiveGasPrice ?? tx.maxFeePerGas),
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
    return { accessList, maxFeePerBlobGas: bigIntToHex(tx.maxFeePerBlobGas), blobVersionedHashes }
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
  return bytes.length === 0 ? '0x0' : bigIntToHex(bytesToBigInt(bytes))
}

/** Zeros for a transaction that was sent without a signature. */
function signatureOf(tx: TypedTransaction) {
  const { r = 0n, s = 0n, v = 0n } = tx
  return {
    r: bigIntToHex(r),
    s: bigIntToHex(s),
    ...(isLegacyTx(tx) ? {} : { yParity: bigIntToHex(v) }),
    v: bigIntToHex(v),
  }
}

/** Fields that the library and JSON have under one name. */
const sharedFields = [
  'type',
  'chainId',
  'nonce',
  'to',
  'value',
  'gasPrice',
  'maxFeePerGas',
  'maxPriorityFeePerGas',
  'maxFeePerBlobGas',
  'accessList',
  'authorizationList',
  'blobVersionedHashes',
] as const

/**
 * The transaction that JSON describes; where nobody signed it, it has no signature.
 * @throws Error of the library for what is none.
 */
export function transactionOfJson(
  json: Readonly<Record<string, unknown>>,
  common: Common,
): TypedTransaction {
  const { type, gas, gasLimit = gas, input, data = input, r, s, v, yParity } = json
  const shared = sharedFields.filter((name) => json[name] !== undefined && json[name] !== null)
  const isSigned = BigInt(r as string) > 0n
  const fields = {
    ...Object.fromEntries(shared.map((name) => [name, json[name]])),
    type: Number(type ?? 0),
    gasLimit,
    data,
    v: yParity !== undefined && Number(type) > 0 ? yParity : v,
    ...(isSigned && { r, s }),
  }
  return createTx(fields as never, { common })
}
