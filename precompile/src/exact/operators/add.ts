import type { Lowering } from '../compile/lowering.js'
import { lowerSum } from '../compile/sum.js'
import { add as addIntervals } from '../interval.js'
import { binary } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { WIDE } from './types.js'

export const add: ExactOperator = {
  dtypes: WIDE,
  meaning: 'a + b',
  refused: 'a sum that may overflow',
  bounds(context) {
    const [a, b] = [context.input(0), context.input(1)]
    return [context.fits('the sum', addIntervals(a.interval, b.interval), a.dtype)]
  },
  evaluate: binary(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
}

/** A constant moves the zero; of two tensors the coarser one is multiplied to meet the finer. */
export const lowerAdd: Lowering = (context) => [lowerSum(context, 1)]
