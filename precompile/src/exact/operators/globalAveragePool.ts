import type { Lowering } from '../compile/lowering.js'
import { sumOver } from '../compile/reduction.js'

/** A sum over the spatial axes, and a scale divided by the number of its terms. */
export const lowerGlobalAveragePool: Lowering = (context) => {
  const axes = context.inputShape(0).map((_, axis) => axis)
  return [sumOver(context, axes.slice(2), true, true)]
}
