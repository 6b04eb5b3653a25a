import { BaseError } from '@lockstep/precompile'

/** The blobs of a transaction, and what proves that its hashes are theirs. Blocks hold the hashes alone. */
export interface BlobSidecar {
  /** 0: a proof for each blob (EIP-4844). 1: one for each cell of each extended blob (EIP-7594). */
  readonly version: 0 | 1
  /** 131,072 bytes each. */
  readonly blobs: readonly Uint8Array[]
  /** 48 bytes for each blob. */
  readonly commitments: readonly Uint8Array[]
  /** 48 bytes each. */
  readonly proofs: readonly Uint8Array[]
}

/** Bytes of each item. */
export const sidecarSizes = { blob: 131_072, commitment: 48, proof: 48 } as const

/** Cells of an extended blob (EIP-7594). */
export const cellsPerBlob = 128

/** What is wrong with the blobs beside a transaction. */
export type BlobSidecarFault = 'missing' | 'encoding' | 'count' | 'versionedHash' | 'proof'

/** Thrown for a blob transaction whose blobs are not there, or not those that it names. */
export class BlobSidecarError extends BaseError {
  override readonly name = 'BlobSidecarError'

  constructor(
    readonly fault: BlobSidecarFault,
    message: string,
    options: { remedy?: string; cause?: unknown } = {},
  ) {
    super(message, options)
  }
}

/** Thrown for a blob transaction that comes as blocks hold it, without its blobs. */
export class MissingSidecarError extends BlobSidecarError {
  constructor() {
    super('missing', 'eip4844 tx variant without sidecar: the blobs that it names are not here.', {
      remedy: 'Send it with its blobs, commitments and proofs, as EIP-4844 wraps them.',
    })
  }
}
