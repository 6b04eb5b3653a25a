import { Dtype } from '../../tensor.js'
import type { Interval } from '../interval.js'
import type { ExactOperator } from './operator.js'
import { reduce, reducedCount } from './reduce.js'
import { WIDE } from './types.js'

/** Operator set in which the axes became an input. */
const SINCE = 13

export const reduceSum: ExactOperator = {
  dtypes: WIDE,
  meaning: 'the sum over axes',
  // Where Add wraps, the engine saturates a sum of int32.
  refused: 'a sum that may overflow in any order',
  bounds(context) {
    const { interval, dtype } = context.input(0)
    const count = BigInt(reducedCount(context, SINCE))
    const sum = { low: count * interval.low, high: count * interval.high }
    context.fits('a part of the sum', withZero(sum), dtype)
    return [sum]
  },
  evaluate: (context) => [
    context.input(0).dtype === Dtype.int64
      ? reduce<bigint>(context, SINCE, (a, b) => a + b)
      : reduce<number>(context, SINCE, (a, b) => a + b),
  ],
}

function withZero({ low, high }: Interval): Interval {
  return { low: low < 0n ? low : 0n, high: high > 0n ? high : 0n }
}
