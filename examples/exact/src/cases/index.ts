import { type ExactCase, inSixteenBits } from './case.js'
import { digits } from './digits.js'
import { linearRegime, linearSize, treeRegime, treeSize } from './market.js'
import { textPlace } from './textPlace.js'
import { textReader } from './textReader.js'
import { textTurn } from './textTurn.js'
import { volatility } from './volatility.js'
import { wakeWord } from './wakeWord.js'

export type { Answer, ExactCase, Judgement } from './case.js'

/** Small models first. */
export const cases: readonly ExactCase[] = [
  treeSize,
  treeRegime,
  linearSize,
  linearRegime,
  volatility,
  digits,
  wakeWord,
  textTurn,
  textPlace,
  textReader,
  ...[digits, wakeWord, textTurn, textPlace, textReader].map(inSixteenBits),
]
