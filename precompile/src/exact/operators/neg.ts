import { negated } from '../compile/affine.js'
import type { Lowering } from '../compile/lowering.js'
import { negate } from '../interval.js'
import { unary } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { WIDE } from './types.js'

export const neg: ExactOperator = {
  dtypes: WIDE,
  meaning: '−a',
  refused: 'an operand that may be the lowest integer',
  bounds(context) {
    const { interval, dtype } = context.input(0)
    return [context.fits('the negative', negate(interval), dtype)]
  },
  evaluate: unary(
    (a) => -a,
    (a) => -a,
  ),
}

/** Turns the scale round: nothing is emitted. */
export const lowerNeg: Lowering = (context) => [negated(context.input(0))]
