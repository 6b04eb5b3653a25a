import type { Common } from '@ethereumjs/common'
import { RLP } from '@ethereumjs/rlp'
import {
  createBlob4844TxFromSerializedNetworkWrapper,
  createTxFromRLP,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { hexToBytes } from '@ethereumjs/util'
import type { Hex } from '../node/node.js'
import { InvalidParamsError } from './errors.js'

/**
 * Reads a signed transaction as clients send it, a blob transaction with its blobs or without.
 * @throws InvalidParamsError
 */
export function decodeRawTransaction(signed: Hex, common: Common): TypedTransaction {
  const bytes = hexToBytes(signed)
  if (bytes.length === 0) throw new InvalidParamsError('Empty transaction data')
  try {
    return isBlobWrapper(bytes)
      ? createBlob4844TxFromSerializedNetworkWrapper(bytes, { common })
      : createTxFromRLP(bytes, { common })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new InvalidParamsError(`Failed to decode transaction: ${reason}`, { cause: error })
  }
}

/** A blob transaction travels in a list whose first item is the transaction itself (EIP-4844). */
function isBlobWrapper(bytes: Uint8Array): boolean {
  if (bytes[0] !== 3) return false
  const items = RLP.decode(bytes.subarray(1))
  return Array.isArray(items) && Array.isArray(items[0])
}
