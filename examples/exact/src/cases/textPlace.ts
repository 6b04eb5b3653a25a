import { readThirdParty } from '@lockstep/example-third-party/models'
import { LINE_HEIGHT } from '@lockstep/example-third-party/text'
import type { Tensor } from '@lockstep/precompile'
import { float32, toFloats } from '../tensors.js'
import type { ExactCase } from './case.js'
import { HELD_WORDS, lineTensor, SEEN_WORDS } from './lines.js'

const SIDE = 160
/** Likelihoods above it are text, as PP-OCR takes them. */
const THRESHOLD = 0.3
const LINES = 3

/** A page with three lines of print. */
function page(words: readonly string[], first: number, seed: number): Tensor {
  const plane = SIDE * SIDE
  const pixels = new Float32Array(3 * plane).fill(1)
  for (let row = 0; row < LINES; row++) {
    const word = words[(first + row) % words.length] as string
    const line = toFloats(lineTensor(word, SIDE, seed + row))
    const size = LINE_HEIGHT * SIDE
    for (let channel = 0; channel < 3; channel++) {
      pixels.set(line.subarray(channel * size, (channel + 1) * size), channel * plane + row * size)
    }
  }
  return float32([1, 3, SIDE, SIDE], pixels)
}

export const textPlace: ExactCase = {
  title: 'PP-OCRv4 detector',
  name: 'text-place',
  options: { bits: 8, shapes: { x: [1, 3, SIDE, SIDE] } },
  read: () => readThirdParty('textPlace'),
  calibrate: () => Array.from({ length: 8 }, (_, i) => ({ x: page(SEEN_WORDS, 2 * i, 10 * i) })),
  async judge(float, exact) {
    const count = 6
    let [both, either, textFloat, textExact] = [0, 0, 0, 0]
    for (let i = 0; i < count; i++) {
      const input = [page(HELD_WORDS, 2 * i, 1000 + 10 * i)]
      const [a, b] = (await Promise.all([float(input), exact(input)])).map(
        ([likelihoods]) => likelihoods ?? new Float64Array(),
      ) as [Float64Array, Float64Array]
      a.forEach((likelihood, pixel) => {
        const [isText, isExact] = [likelihood > THRESHOLD, (b[pixel] as number) > THRESHOLD]
        if (isText) textFloat++
        if (isExact) textExact++
        if (isText && isExact) both++
        if (isText || isExact) either++
      })
    }
    const pixels = count * SIDE * SIDE
    return {
      measure: `share of text on ${count} pages`,
      float: `${((100 * textFloat) / pixels).toFixed(2)} %`,
      exact: `${((100 * textExact) / pixels).toFixed(2)} %`,
      agreement: `overlap ${((100 * both) / either).toFixed(2)} %`,
    }
  },
}
