import type { Lowering } from '../compile/lowering.js'
import { hull, type Interval, negate, union } from '../interval.js'
import { unary } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { WIDE } from './types.js'

export const abs: ExactOperator = {
  dtypes: WIDE,
  meaning: '|a|',
  refused: 'an operand that may be the lowest integer',
  bounds(context) {
    const { interval, dtype } = context.input(0)
    return [context.fits('the absolute value', absolute(interval), dtype)]
  },
  evaluate: unary(Math.abs, (a) => (a < 0n ? -a : a)),
}

function absolute(interval: Interval): Interval {
  if (interval.low >= 0n) return interval
  if (interval.high <= 0n) return negate(interval)
  return union({ low: 0n, high: 0n }, hull(-interval.low, interval.high))
}

const ABS_ROOM = 2 ** 28

/** The sizes of the integers less their zeros; every channel keeps its scale. */
export const lowerAbs: Lowering = (context) => {
  const x = context.centred(0, ABS_ROOM)
  return [{ ...x, ...context.emitter.node('Abs', [x]), scales: x.scales.map(Math.abs) }]
}
