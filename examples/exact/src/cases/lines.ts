import { LINE_HEIGHT, renderText } from '@lockstep/example-third-party/text'
import type { Tensor } from '@lockstep/precompile'
import { float32, noiseFrom } from '../tensors.js'

/** Words that the compiler sees, and words that judge. */
export const SEEN_WORDS = [
  'VECTOR',
  'TENSOR',
  'GWEI',
  'BLOCK',
  'HASH 42',
  'ORACLE',
  'QUORUM',
  'FJORD',
  'ZKPROOF',
  'MAXIMUM',
  'BYTES 32',
  'UNWIND',
  'DELTA 7',
  'PAYABLE',
  'SHARD',
  'JUMPDEST',
] as const
export const HELD_WORDS = [
  'LOCKSTEP',
  'SOLIDITY',
  'REPLAY',
  'EXACT',
  'WALLET',
  'VALIDATE',
  'STAKE 32',
  'NONCE 7',
  'GENESIS',
  'UINT 256',
  'PROXY',
  'ROLLUP',
  'QUOTE',
  'JOURNAL',
  'MERKLE',
  'FORK 18',
] as const

/** A line of print, on paper with a grain that the seed decides. */
export function lineTensor(word: string, width: number, seed: number): Tensor {
  const next = noiseFrom(seed)
  const scale = (seed % 2) + 2
  const ink = 0.7 + 0.3 * Math.abs(next())
  const drawn = renderText(word, width, scale)
  const plane = LINE_HEIGHT * width
  const grain = Float32Array.from({ length: plane }, () => 0.05 * next())
  const pixels = drawn.map((level, i) =>
    Math.min(1, Math.max(-1, ink * level + (grain[i % plane] as number))),
  )
  return float32([1, 3, LINE_HEIGHT, width], pixels)
}
