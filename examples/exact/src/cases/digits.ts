import type { Tensor } from '@lockstep/precompile'
import { type Digit, readDigits, SIDE } from '../digits.js'
import { readTrained } from '../models.js'
import { float32 } from '../tensors.js'
import { type ExactCase, every, largest, percent } from './case.js'

/** Of the digits to train on, as many as are enough to know the ranges of all values. */
const CALIBRATION = 128

/** A digit as the network takes it. */
export function digitTensor({ pixels }: Digit): Tensor {
  return float32(
    [1, 1, SIDE, SIDE],
    Float32Array.from(pixels, (level) => level / 255),
  )
}

export const digits: ExactCase = {
  title: 'Digit reader (CNN)',
  name: 'digits',
  options: { bits: 8 },
  read: () => readTrained('digits'),
  calibrate() {
    const { training } = readDigits()
    const step = Math.floor(training.length / CALIBRATION)
    return every(training, step).map((digit) => ({ image: digitTensor(digit) }))
  },
  async judge(float, exact) {
    const { test } = readDigits()
    let [rightFloat, rightExact, same] = [0, 0, 0]
    for (const digit of test) {
      const image = [digitTensor(digit)]
      const [a, b] = (await Promise.all([float(image), exact(image)])).map(([scores]) =>
        largest(scores ?? []),
      )
      if (a === digit.label) rightFloat++
      if (b === digit.label) rightExact++
      if (a === b) same++
    }
    return {
      measure: `digits read right, of ${test.length} held out`,
      float: percent(rightFloat, test.length),
      exact: percent(rightExact, test.length),
      agreement: `${percent(same, test.length)} read alike`,
    }
  },
}
