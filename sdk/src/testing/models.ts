import { keccak256 } from 'viem'
import { graphs } from '../../test/graphs.js'

export { graphs } from '../../test/graphs.js'

/** Ids of the models of the forge tests, which serve here too. */
export const ids = {
  affine: keccak256(graphs.affine),
  double: keccak256(graphs.double),
  reciprocal: keccak256(graphs.reciprocal),
  pair: keccak256(graphs.pair),
  pick: keccak256(graphs.pick),
  unknown: keccak256('0x00'),
} as const

export const models = Object.values(graphs)

/** The little-endian bytes of floats. */
export function floatBytes(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.of(...values).buffer)
}
