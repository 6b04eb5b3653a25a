import type { LoweringContext } from '../compile/lowering.js'
import { at, isClamped, type Quantised } from '../compile/quantised.js'
import type { Feature } from './feature.js'

/** The table that trees look at, and what the integers of each of its columns stand for. */
export interface Features {
  /** [rows, columns] of int32 or int64 */
  readonly value: Quantised
  readonly columns: (column: number) => Feature
}

/** The input of trees: as it orders, or in steps of equal size. */
export function featuresOf(context: LoweringContext): Features {
  const input = context.input(0)
  if (input.order) return { value: input, columns: input.order }
  const value = isClamped(input.clamp) ? context.unify(input) : input
  const isPerColumn = value.axis === value.shape.length - 1
  const plain = value.scales.length === 1 && value.zeros.length === 1
  const usable = plain || isPerColumn ? value : context.unify(value)
  return { value: usable, columns: (column) => linearFeature(usable, column) }
}

/** The float32 nearest to what an integer stands for. */
function linearFeature({ scales, zeros, interval }: Quantised, column: number): Feature {
  const [scale, zero] = [at(scales, column), at(zeros, column)]
  return {
    ...interval,
    isFalling: scale < 0,
    real: (integer) => Math.fround((Number(integer) - zero) * scale),
  }
}
