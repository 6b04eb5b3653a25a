import type { Lowering } from '../compile/lowering.js'
import { lowerProduct } from '../compile/scaling.js'
import { multiply } from '../interval.js'
import { binary } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { WIDE } from './types.js'

export const mul: ExactOperator = {
  dtypes: WIDE,
  meaning: 'a · b',
  refused: 'a product that may overflow',
  bounds(context) {
    const [a, b] = [context.input(0), context.input(1)]
    return [context.fits('the product', multiply(a.interval, b.interval), a.dtype)]
  },
  evaluate: binary(Math.imul, (a, b) => a * b),
}

/** A constant changes the scale; two tensors are multiplied less their zeros. */
export const lowerMul: Lowering = (context) => [lowerProduct(context)]
