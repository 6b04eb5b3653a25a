import { RLP } from '@ethereumjs/rlp'
import type { Hex } from '../node.js'
import { keyOf } from '../storage/keys.js'
import type { Row, Store } from '../storage/store.js'
import type { BlobSidecar } from './sidecar.js'
import { versionedHash } from './verify.js'

/** Blobs, and the hash of the transaction that they came with. */
export interface NamedSidecar {
  readonly transaction: Hex
  readonly sidecar: BlobSidecar
}

/** A blob lies under its hash, however many transactions name it; what proves it, under its transaction's. */
export function sidecarRows({ transaction, sidecar }: NamedSidecar): Row[] {
  const { version, blobs, commitments, proofs } = sidecar
  const proof = RLP.encode([Uint8Array.of(version), [...commitments], [...proofs]])
  return [
    [keyOf.sidecar(transaction), proof],
    ...commitments.map((commitment, index): Row => {
      return [keyOf.blob(versionedHash(commitment)), blobs[index] as Uint8Array]
    }),
  ]
}

/** The blobs that came with a mined transaction; undefined where none did. */
export function readSidecar(store: Store, transaction: Hex): BlobSidecar | undefined {
  const row = store.get(keyOf.sidecar(transaction))
  if (!row) return undefined
  const [version, commitments, proofs] = RLP.decode(row) as [Uint8Array, Uint8Array[], Uint8Array[]]
  const blobs = commitments.map((commitment) => readBlob(store, versionedHash(commitment)))
  return {
    version: version[0] === 1 ? 1 : 0,
    blobs: blobs.filter((blob) => blob !== undefined),
    commitments,
    proofs,
  }
}

/** The blob with a versioned hash; undefined where no mined transaction brought it. */
export function readBlob(store: Store, hash: Hex): Uint8Array | undefined {
  return store.get(keyOf.blob(hash))
}
