import type { Lowering } from '../compile/lowering.js'
import { lowerSum } from '../compile/sum.js'
import { subtract } from '../interval.js'
import { binary } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { WIDE } from './types.js'

export const sub: ExactOperator = {
  dtypes: WIDE,
  meaning: 'a − b',
  refused: 'a difference that may overflow',
  bounds(context) {
    const [a, b] = [context.input(0), context.input(1)]
    return [context.fits('the difference', subtract(a.interval, b.interval), a.dtype)]
  },
  evaluate: binary(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
}

/** As Add, with the scale of the second operand turned round. */
export const lowerSub: Lowering = (context) => [lowerSum(context, -1)]
