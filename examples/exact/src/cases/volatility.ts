import { readModel } from '@lockstep/example-volatility/model'
import { readDailyPrices, simpleReturns, WINDOW } from '@lockstep/example-volatility/prices'
import type { Tensor } from '@lockstep/precompile'
import { float32 } from '../tensors.js'
import { type ExactCase, every } from './case.js'
import { worstRelative } from './market.js'

/** Windows up to this day calibrate, later ones judge. */
const LAST_CALIBRATED = '2016-12-31'
const CALIBRATION_STEP = 20
/**
 * Calmer and wilder days than any before come: the compiler sees every window with half and twice its returns, too. How
 * far one goes matters little: compiled on the days up to 2012, a quarter to four times is as good on the four years
 * after them.
 */
const STRESS = [0.5, 1, 2] as const

/** Eight daily returns, oldest first. */
export function windowTensor(returns: readonly number[]): Tensor {
  return float32([1, WINDOW], Float32Array.from(returns))
}

function windows(isWanted: (date: string) => boolean): readonly (readonly number[])[] {
  const prices = readDailyPrices()
  const returns = simpleReturns(prices.map(({ close }) => close))
  return prices.flatMap(({ date }, day) =>
    day >= WINDOW && isWanted(date) ? [returns.slice(day - WINDOW, day)] : [],
  )
}

export const volatility: ExactCase = {
  title: 'Volatility network',
  name: 'volatility',
  options: { bits: 16 },
  read: readModel,
  calibrate: () =>
    every(
      windows((date) => date <= LAST_CALIBRATED),
      CALIBRATION_STEP,
    ).flatMap((returns) =>
      STRESS.map((factor) => ({ returns: windowTensor(returns.map((one) => factor * one)) })),
    ),
  async judge(float, exact) {
    const held = windows((date) => date > LAST_CALIBRATED)
    const [a, b] = [[], []] as [number[], number[]]
    for (const returns of held) {
      const input = [windowTensor(returns)]
      const [[first], [second]] = (await Promise.all([float(input), exact(input)])) as [
        Float64Array[],
        Float64Array[],
      ]
      a.push(first?.[0] as number)
      b.push(second?.[0] as number)
    }
    const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / list.length
    return {
      measure: `mean predicted volatility of a day, ${held.length} held-out windows`,
      float: `${(100 * mean(a)).toFixed(4)} %`,
      exact: `${(100 * mean(b)).toFixed(4)} %`,
      agreement: `at most ${worstRelative(a, b).toExponential(1)} apart, relative`,
    }
  },
}
