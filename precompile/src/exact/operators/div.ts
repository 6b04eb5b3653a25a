import type { Lowering } from '../compile/lowering.js'
import { lowerQuotient } from '../compile/scaling.js'
import { contains, divide } from '../interval.js'
import { binary } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { WIDE } from './types.js'

const ZERO = { low: 0n, high: 0n }

export const div: ExactOperator = {
  dtypes: WIDE,
  meaning: 'a / b',
  rounding: 'towards zero',
  // Engines differ in both: a status, a trap that ends the process, or a number.
  refused: 'a divisor that may be 0; the lowest integer by −1',
  bounds(context) {
    const [a, b] = [context.input(0), context.input(1)]
    const { low, high } = b.interval
    if (contains(b.interval, ZERO)) {
      return context.refuse(`the divisor may be anything from ${low} to ${high}, so it may be 0`)
    }
    return [context.fits('the quotient', divide(a.interval, b.interval), a.dtype)]
  },
  evaluate: binary(
    (a, b) => Math.trunc(a / b),
    (a, b) => a / b,
  ),
}

/** By a constant, a change of scale; by a tensor that keeps away from zero, a division of integers. */
export const lowerDiv: Lowering = (context) => [lowerQuotient(context)]
