import type { LoweringContext } from './lowering.js'
import { linear, type Quantised } from './quantised.js'

/** Compares two inputs in one scale. */
export function lowerComparison(
  context: LoweringContext,
  operator: 'Equal' | 'Less' | 'LessOrEqual' | 'Greater' | 'GreaterOrEqual',
): Quantised {
  const [a, b] = context.align([context.input(0), context.input(1)]) as [Quantised, Quantised]
  const isTurned = (a.scales[0] as number) < 0
  return linear(context.emitter.node(operator, isTurned ? [b, a] : [a, b]), 1)
}
