import { Dtype } from '../../tensor.js'
import { integerTensor } from '../tensor.js'
import type { LoweringContext } from './lowering.js'
import { isPlain, linear, type Quantised, UNCLAMPED } from './quantised.js'
import { planScales, quantiseWeights, WEIGHT_ZERO } from './weights.js'
import { wideDenseProduct, wideDynamicProduct } from './wideProduct.js'

/** A constant right side of a product, [terms, columns]. */
export interface Matrix {
  readonly values: Float64Array
  readonly shape: readonly [number, number] | readonly number[]
  /** What is added to each column. */
  readonly biases: readonly number[]
}

/** The product of a narrow tensor with a matrix, and a scale for each column. */
export function denseProduct(
  context: LoweringContext,
  x: Quantised,
  { values, shape, biases }: Matrix,
): Quantised {
  if (context.bits === 16) return wideDenseProduct(context, x, { values, shape, biases })
  const { emitter } = context
  const [terms, columns] = shape as [number, number]
  const largest = new Array<number>(columns).fill(0)
  values.forEach((value, i) => {
    const column = i % columns
    largest[column] = Math.max(largest[column] as number, Math.abs(value))
  })
  const target = context.isWide(0) ? undefined : context.target(0)
  const [inputScale = 1] = x.scales
  const [inputZero = 0] = x.zeros
  const plan = planScales(largest, inputScale, target, terms)
  const weights = quantiseWeights(
    emitter,
    shape,
    values,
    (i) => plan.weights[i % columns] as number,
  )
  const zeros = [inputZero, WEIGHT_ZERO].map((zero) => emitter.scalar(Dtype.uint8, zero))
  const sums = emitter.node('MatMulInteger', [x, weights, ...zeros], {}, context.node.name)
  const scales = plan.weights.map((scale) => scale * inputScale)
  return {
    ...sums,
    scales,
    zeros: scales.map((scale, column) => -(biases[column] as number) / scale),
    axis: sums.shape.length - 1,
    clamp: UNCLAMPED,
  }
}

/** The product of two narrow tensors. */
export function dynamicProduct(context: LoweringContext, a: Quantised, b: Quantised): Quantised {
  if (!isPlain(a) || !isPlain(b)) context.refuse('a side of the product has several scales')
  if (context.bits === 16) return wideDynamicProduct(context, a, b)
  const { emitter } = context
  const zeros = [a, b].map(({ zeros: [zero = 0] }) =>
    emitter.constant(integerTensor(Dtype.uint8, [], [zero])),
  )
  const sums = emitter.node('MatMulInteger', [a, b, ...zeros], {}, context.node.name)
  return linear(sums, (a.scales[0] as number) * (b.scales[0] as number))
}
