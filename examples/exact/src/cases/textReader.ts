import { readThirdParty } from '@lockstep/example-third-party/models'
import { decodeText } from '@lockstep/example-third-party/text'
import type { ExactCase } from './case.js'
import { HELD_WORDS, lineTensor, SEEN_WORDS } from './lines.js'

const WIDTH = 160

export const textReader: ExactCase = {
  title: 'PP-OCRv4 recogniser',
  name: 'text-reader',
  options: { bits: 8, shapes: { x: [1, 3, 48, WIDTH] } },
  read: () => readThirdParty('text'),
  calibrate: () => SEEN_WORDS.map((word, i) => ({ x: lineTensor(word, WIDTH, i + 1) })),
  async judge(float, exact) {
    const keys = Buffer.from(await readThirdParty('characters')).toString('utf8')
    const characters = keys.trimEnd().split('\n')
    const read = (answer: Float64Array) =>
      decodeText(Float32Array.from(answer), characters.length + 2, characters)
    let [rightFloat, rightExact, same] = [0, 0, 0]
    for (const [i, word] of HELD_WORDS.entries()) {
      const line = [lineTensor(word, WIDTH, 100 + i)]
      const [a, b] = (await Promise.all([float(line), exact(line)])).map(([answer]) =>
        read(answer ?? new Float64Array()),
      )
      if (a === word) rightFloat++
      if (b === word) rightExact++
      if (a === b) same++
    }
    const count = HELD_WORDS.length
    return {
      measure: `lines of print read right, of ${count}`,
      float: `${rightFloat}`,
      exact: `${rightExact}`,
      agreement: `${same} of ${count} read alike`,
    }
  },
}
