import { Dtype } from '../../tensor.js'
import { integerTensor } from '../tensor.js'
import type { LoweringContext } from './lowering.js'
import type { Matrix } from './product.js'
import { linear, type Quantised, UNCLAMPED } from './quantised.js'
import { castTo } from './requantise.js'

/** Of 16 bits, so that both bytes lie around zero: see `wideConvolution`. */
export const LARGEST_WEIGHT = 127 * 256
/** Keeps zero · divisor far inside int64. */
const LARGEST_DIVISOR = 2 ** 30

/** The product of a tensor of 16 bits with a matrix of 16 bits, in int64: there is no 16-bit MatMulInteger. */
export function wideDenseProduct(
  context: LoweringContext,
  x: Quantised,
  { values, shape, biases }: Matrix,
): Quantised {
  const { emitter } = context
  const columns = shape[1] as number
  const [inputScale = 1] = x.scales
  const [inputZero = 0] = x.zeros
  const largest = new Array<number>(columns).fill(0)
  values.forEach((value, i) => {
    largest[i % columns] = Math.max(largest[i % columns] as number, Math.abs(value))
  })
  const weightScales = planWideScales(context, largest, inputScale)
  const weights = values.map((value, i) =>
    Math.round(value / (weightScales[i % columns] as number)),
  )
  const columnSums = new Array<number>(columns).fill(0)
  weights.forEach((weight, i) => {
    columnSums[i % columns] = (columnSums[i % columns] as number) + weight
  })
  const matrix = emitter.constant(integerTensor(Dtype.int64, shape, weights), 'weights')
  const wide = castTo(emitter, x, Dtype.int64)
  const sums = emitter.node('MatMul', [wide, matrix], {}, context.node.name)
  const scales = weightScales.map((scale) => scale * inputScale)
  const zeros = scales.map(
    (scale, c) => inputZero * (columnSums[c] as number) - (biases[c] as number) / scale,
  )
  const isOne = scales.every((scale) => scale === scales[0])
  return {
    ...sums,
    scales: isOne ? scales.slice(0, 1) : scales,
    zeros,
    axis: sums.shape.length - 1,
    clamp: UNCLAMPED,
  }
}

/**
 * A scale for each channel of 16-bit weights: with a whole divisor to the target, or one for all where the sums leave
 * the graph as they are.
 * @param largest - The largest absolute weight of each channel.
 */
export function planWideScales(
  context: LoweringContext,
  largest: readonly number[],
  inputScale: number,
): readonly number[] {
  if (context.isWide(0)) {
    return largest.map(() => Math.max(...largest) / LARGEST_WEIGHT || 1)
  }
  const { scale } = context.target(0)
  return largest.map((weight) => {
    const divisor = Math.floor((scale * LARGEST_WEIGHT) / (inputScale * weight))
    return scale / (inputScale * Math.min(LARGEST_DIVISOR, Math.max(1, divisor)))
  })
}

/** The product of two tensors of 16 bits. */
export function wideDynamicProduct(
  context: LoweringContext,
  a: Quantised,
  b: Quantised,
): Quantised {
  const { emitter } = context
  const centred = [a, b].map((side) => {
    const [zero = 0] = side.zeros
    const wide = castTo(emitter, side, Dtype.int64)
    return zero === 0 ? wide : emitter.node('Sub', [wide, emitter.scalar(Dtype.int64, zero)])
  })
  const sums = emitter.node('MatMul', centred, {}, context.node.name)
  return linear(sums, (a.scales[0] as number) * (b.scales[0] as number))
}
