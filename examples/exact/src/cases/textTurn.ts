import { readThirdParty } from '@lockstep/example-third-party/models'
import { LINE_HEIGHT } from '@lockstep/example-third-party/text'
import type { Tensor } from '@lockstep/precompile'
import { float32, toFloats } from '../tensors.js'
import { type ExactCase, largest } from './case.js'
import { HELD_WORDS, lineTensor, SEEN_WORDS } from './lines.js'

const WIDTH = 192

/** The line upside down. */
function turned(line: Tensor): Tensor {
  const plane = LINE_HEIGHT * WIDTH
  const pixels = toFloats(line)
  return float32(
    line.shape,
    pixels.map((_, i) => {
      const start = i - (i % plane)
      return pixels[start + plane - 1 - (i % plane)] as number
    }),
  )
}

export const textTurn: ExactCase = {
  title: 'PP-OCR orientation classifier',
  name: 'text-turn',
  options: { bits: 8, shapes: { x: [1, 3, LINE_HEIGHT, WIDTH] } },
  read: () => readThirdParty('textTurn'),
  calibrate: () =>
    SEEN_WORDS.flatMap((word, i) => {
      const line = lineTensor(word, WIDTH, i + 1)
      return [{ x: line }, { x: turned(line) }]
    }),
  async judge(float, exact) {
    let [rightFloat, rightExact, same, worst] = [0, 0, 0, 0]
    for (const [i, word] of HELD_WORDS.entries()) {
      const line = lineTensor(word, WIDTH, 100 + i)
      for (const [way, input] of [line, turned(line)].entries()) {
        const [a, b] = (await Promise.all([float([input]), exact([input])])).map(
          ([probabilities]) => probabilities ?? new Float64Array(),
        ) as [Float64Array, Float64Array]
        if (largest(a) === way) rightFloat++
        if (largest(b) === way) rightExact++
        if (largest(a) === largest(b)) same++
        worst = Math.max(worst, Math.abs((a[0] as number) - (b[0] as number)))
      }
    }
    const count = 2 * HELD_WORDS.length
    return {
      measure: `lines told upright or not, of ${count}`,
      float: String(rightFloat),
      exact: String(rightExact),
      agreement: `${same} of ${count} told alike; probabilities at most ${worst.toFixed(3)} apart`,
    }
  },
}
