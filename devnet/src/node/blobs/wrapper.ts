import { type NestedUint8Array, RLP } from '@ethereumjs/rlp'
import { concatBytes } from '@ethereumjs/util'
import { type BlobSidecar, BlobSidecarError, sidecarSizes as sizes } from './sidecar.js'

const blobType = Uint8Array.of(3)

/** A blob transaction as it travels. */
export interface WrappedTransaction {
  /** As blocks hold it. */
  readonly transaction: Uint8Array
  readonly sidecar: BlobSidecar
}

/**
 * Takes a blob transaction and its blobs apart: a list whose first item is the transaction itself (EIP-4844), or is
 * followed by the version of the proofs (EIP-7594).
 * @returns undefined where the bytes are anything else, such as a transaction alone.
 * @throws BlobSidecarError for a list of other items.
 */
export function unwrap(bytes: Uint8Array): WrappedTransaction | undefined {
  if (bytes[0] !== blobType[0]) return undefined
  const items = RLP.decode(bytes.subarray(1))
  if (!Array.isArray(items) || !Array.isArray(items[0])) return undefined
  const transaction = concatBytes(blobType, RLP.encode(items[0]))
  if (items.length === 4) return { transaction, sidecar: readSidecar(0, items.slice(1)) }
  const [, version] = items
  if (items.length !== 5 || !(version instanceof Uint8Array)) {
    throw malformed(`the list around the transaction has ${items.length} items, not 4 or 5`)
  }
  if (version.length !== 1 || version[0] !== 1) {
    throw malformed(`its proofs are of version 0x${Buffer.from(version).toString('hex')}, not 1`)
  }
  return { transaction, sidecar: readSidecar(1, items.slice(2)) }
}

/** The bytes that `unwrap` reads. */
export function wrap({ transaction, sidecar }: WrappedTransaction): Uint8Array {
  const { version, blobs, commitments, proofs } = sidecar
  const inner = RLP.decode(transaction.subarray(1))
  const lists = [[...blobs], [...commitments], [...proofs]]
  const items = version === 0 ? [inner, ...lists] : [inner, Uint8Array.of(version), ...lists]
  return concatBytes(blobType, RLP.encode(items))
}

function readSidecar(version: 0 | 1, lists: readonly NestedUint8Array[number][]): BlobSidecar {
  return {
    version,
    blobs: readList(lists[0], 'blob'),
    commitments: readList(lists[1], 'commitment'),
    proofs: readList(lists[2], 'proof'),
  }
}

function readList(list: unknown, what: keyof typeof sizes): Uint8Array[] {
  if (!Array.isArray(list)) throw malformed(`its ${what}s are no list`)
  return list.map((item, index) => {
    const size = item instanceof Uint8Array ? `${item.length} bytes` : 'a list'
    if (item instanceof Uint8Array && item.length === sizes[what]) return item
    throw malformed(`${what} ${index} is ${size}, not ${sizes[what]} bytes`)
  })
}

function malformed(detail: string): BlobSidecarError {
  return new BlobSidecarError('encoding', detail)
}
