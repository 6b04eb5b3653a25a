import type { Tensor } from '@lockstep/precompile'
import { FEATURES, type MarketDay, readMarket } from '../market.js'
import { readTrained, type TrainedName } from '../models.js'
import { float32 } from '../tensors.js'
import { type Answer, type ExactCase, every, type Judgement, percent } from './case.js'

/** Of the days to train on, one in so many calibrates. */
const CALIBRATION_STEP = 20

/** A day's features as the models take them. */
export function dayTensor({ features }: MarketDay): Tensor {
  return float32([1, FEATURES.length], features)
}

/** Models that say how large the next day's return will be. */
export const treeSize = sizeCase('Boosted trees, regression', 'tree-size')
export const linearSize = sizeCase('Linear regression', 'linear-size')
/** Models that say whether the coming week will move more than the last month did. */
export const treeRegime = regimeCase('Boosted trees, classification', 'tree-regime')
export const linearRegime = regimeCase('Logistic regression', 'linear-regime')

function marketCase(title: string, name: TrainedName, judge: ExactCase['judge']): ExactCase {
  return {
    title,
    name,
    options: { bits: 8 },
    read: () => readTrained(name),
    calibrate: () =>
      every(readMarket().training, CALIBRATION_STEP).map((day) => ({ features: dayTensor(day) })),
    judge,
  }
}

function sizeCase(title: string, name: TrainedName): ExactCase {
  return marketCase(title, name, async (float, exact) => {
    const { test } = readMarket()
    const [a, b] = await answersTo(test, float, exact)
    return {
      measure: `mean squared error in squared percent, ${test.length} held-out days`,
      float: meanSquare(test, a).toFixed(6),
      exact: meanSquare(test, b).toFixed(6),
      agreement: `at most ${worstRelative(a, b).toExponential(1)} apart, relative`,
    }
  })
}

function regimeCase(title: string, name: TrainedName): ExactCase {
  return marketCase(title, name, async (float, exact): Promise<Judgement> => {
    const { test } = readMarket()
    const [a, b] = await answersTo(test, float, exact)
    const right = (labels: readonly number[]) =>
      percent(test.filter(({ isRising }, i) => labels[i] === Number(isRising)).length, test.length)
    const same = a.filter((label, i) => label === b[i]).length
    return {
      measure: `weeks told right, ${test.length} held-out days`,
      float: right(a),
      exact: right(b),
      agreement: `${percent(same, test.length)} decided alike`,
    }
  })
}

/** The first number that either form gives for each day. */
async function answersTo(
  days: readonly MarketDay[],
  ...forms: readonly [Answer, Answer]
): Promise<[number[], number[]]> {
  const [a, b] = [[], []] as [number[], number[]]
  for (const day of days) {
    const [[first], [second]] = (await Promise.all(
      forms.map((form) => form([dayTensor(day)])),
    )) as [Float64Array[], Float64Array[]]
    a.push(first?.[0] as number)
    b.push(second?.[0] as number)
  }
  return [a, b]
}

function meanSquare(days: readonly MarketDay[], forecasts: readonly number[]): number {
  const errors = days.map(({ nextSize }, i) => (100 * (nextSize - (forecasts[i] as number))) ** 2)
  return errors.reduce((sum, error) => sum + error, 0) / errors.length
}

/** Largest difference of two lists, as a part of the first one's number. */
export function worstRelative(a: readonly number[], b: readonly number[]): number {
  return a.reduce((worst, x, i) => Math.max(worst, Math.abs((b[i] as number) - x) / Math.abs(x)), 0)
}
