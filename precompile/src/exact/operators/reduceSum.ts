import { Dtype } from '../../tensor.js'
import type { Lowering } from '../compile/lowering.js'
import { lowerReduction } from '../compile/reduction.js'
import { contains, type Interval } from '../interval.js'
import type { ExactOperator } from './operator.js'
import { reduce, reducedCount } from './reduce.js'
import { WIDE } from './types.js'

/** ONNX Runtime sums integers of either type in float64, which holds every integer up to here. */
const EXACT: Interval = { low: -(2n ** 53n), high: 2n ** 53n }

/** Operator set in which the axes became an input. */
const SINCE = 13

export const reduceSum: ExactOperator = {
  dtypes: WIDE,
  meaning: 'the sum over axes',
  // Where Add wraps, the engine saturates a sum of int32.
  refused:
    'a sum that may overflow in any order or leave ±2^53, as engines sum up in float64; `noop_with_empty_axes`',
  bounds(context) {
    const { interval, dtype } = context.input(0)
    const count = BigInt(reducedCount(context, SINCE))
    const sum = { low: count * interval.low, high: count * interval.high }
    const parts = context.fits('a part of the sum', withZero(sum), dtype)
    if (!contains(EXACT, parts)) {
      context.refuse(
        `a part of the sum may be anything from ${parts.low} to ${parts.high}, and beyond ±2^53 it is rounded`,
      )
    }
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

export const lowerReduceSum: Lowering = (context) => [lowerReduction(context, 'sum')]
