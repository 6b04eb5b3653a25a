import type { Common } from '@ethereumjs/common'
import { RLP } from '@ethereumjs/rlp'
import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx'
import { bytesToBigInt, hexToBytes } from '@ethereumjs/util'
import type { BlobSidecar } from '../node/blobs/sidecar.js'
import { unwrap } from '../node/blobs/wrapper.js'
import { PoolError } from '../node/errors.js'
import type { Hex } from '../node/node.js'
import { InvalidParamsError } from './errors.js'

/** A signed transaction, and the blobs that came with it. */
export interface RawTransaction {
  readonly tx: TypedTransaction
  readonly sidecar?: BlobSidecar
}

/**
 * Reads a signed transaction as clients send it, a blob transaction with its blobs or without.
 * @throws InvalidParamsError, PoolError when it is signed for another chain.
 */
export function decodeRawTransaction(signed: Hex, common: Common): RawTransaction {
  const bytes = hexToBytes(signed)
  if (bytes.length === 0) throw new InvalidParamsError('Empty transaction data')
  try {
    checkChain(bytes, common.chainId())
    const wrapped = unwrap(bytes)
    if (!wrapped) return { tx: createTxFromRLP(bytes, { common }) }
    return { tx: createTxFromRLP(wrapped.transaction, { common }), sidecar: wrapped.sidecar }
  } catch (error) {
    if (error instanceof PoolError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new InvalidParamsError(`Failed to decode transaction: ${reason}`, { cause: error })
  }
}

/** The library's own check comes in the middle of decoding, and its message shows the library's insides. */
function checkChain(bytes: Uint8Array, expected: bigint): void {
  const signed = chainIdOf(bytes)
  if (signed === undefined || signed === expected) return
  throw new PoolError(
    'chainIdMismatch',
    `the transaction is for ${signed}, this chain is ${expected}`,
  )
}

/** Undefined where the signature holds for every chain, or the bytes are no transaction. */
function chainIdOf(bytes: Uint8Array): bigint | undefined {
  const isTyped = (bytes[0] ?? 0) < 0x80
  const items = RLP.decode(isTyped ? bytes.subarray(1) : bytes)
  if (!Array.isArray(items)) return undefined
  if (!isTyped) {
    const v = quantityAt(items, 6)
    // EIP-155: v is 35 or 36 plus twice the chain id.
    return v === undefined || v < 35n ? undefined : (v - 35n) / 2n
  }
  const fields = Array.isArray(items[0]) ? items[0] : items
  return quantityAt(fields, 0)
}

function quantityAt(items: readonly unknown[], index: number): bigint | undefined {
  const item = items[index]
  return item instanceof Uint8Array && item.length <= 32 ? bytesToBigInt(item) : undefined
}
