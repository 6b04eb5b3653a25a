import type { Lowering } from '../compile/lowering.js'
import { addTensors } from '../compile/sum.js'
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

/** Two tensors, in the scales of the finer one. */
export const lowerAdd: Lowering = (context) => [
  addTensors(context, context.input(0), context.input(1)),
]
