import type { Common } from '@ethereumjs/common'
import { RLP } from '@ethereumjs/rlp'
import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx'
import { bytesToBigInt } from '@ethereumjs/util'
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
  // The codec has checked the digits.
  const bytes = new Uint8Array(Buffer.from(signed.slice(2), 'hex'))
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
  if (isTyped) return toQuantity(firstItem(bytes.subarray(1)))
  const items = RLP.decode(bytes)
  const v = Array.isArray(items) ? toQuantity(items[6]) : undefined
  // EIP-155: v is 35 or 36 plus twice the chain id.
  return v === undefined || v < 35n ? undefined : (v - 35n) / 2n
}

/** The first field of a transaction, or of one in its wrapping. Megabytes of calldata behind it are left alone. */
function firstItem(list: Uint8Array): unknown {
  const items = itemsOf(list)
  const fields = items && (itemsOf(items) ?? items)
  return fields && !itemsOf(fields) ? RLP.decode(fields, true).data : undefined
}

/** What a list holds. RLP begins one with its length, or with the length of that. */
function itemsOf(list: Uint8Array): Uint8Array | undefined {
  const [head = 0] = list
  return head < 0xc0 ? undefined : list.subarray(1 + Math.max(0, head - 0xf7))
}

function toQuantity(item: unknown): bigint | undefined {
  return item instanceof Uint8Array && item.length <= 32 ? bytesToBigInt(item) : undefined
}
