import { Dtype, elementCount } from '../../tensor.js'
import { type Byte, bytesOf, joinBytes } from './bytes.js'
import { CHANNEL_AXIS, type Kernels, largestWeights } from './channels.js'
import type { LoweringContext } from './lowering.js'
import { type Quantised, UNCLAMPED } from './quantised.js'
import { WEIGHT_ZERO } from './weights.js'
import { planWideScales } from './wideProduct.js'
import { windowAttributes } from './window.js'

/** A convolution of 16 bits by 16 bits: one of each byte with each byte, which together make int64 sums. */
export function wideChannelProduct(
  context: LoweringContext,
  x: Quantised,
  kernels: Kernels,
): Quantised {
  const { emitter, node } = context
  const { weights, biases, group, window } = kernels
  const { shape, values } = weights
  const [inputScale = 1] = x.scales
  const terms = elementCount(shape.slice(1))
  const weightScales = planWideScales(context, largestWeights(kernels), inputScale)
  const integers = values.map((value, i) =>
    Math.round(value / (weightScales[Math.floor(i / terms)] as number)),
  )
  const highs = integers.map((weight) => Math.round(weight / 256))
  const lows = integers.map((weight, i) => weight - 256 * (highs[i] as number))
  const attributes = { ...windowAttributes(window, window.pads), group: BigInt(group) }
  const weightZero = emitter.scalar(Dtype.uint8, WEIGHT_ZERO)
  const convolve = ({ value, zero }: Byte, part: Float64Array) => {
    const data = Uint8Array.from(part, (weight) => WEIGHT_ZERO + weight)
    const kernel = emitter.constant({ dtype: Dtype.uint8, shape, data }, 'weights')
    return emitter.node('ConvInteger', [value, kernel, zero, weightZero], attributes, node.name)
  }
  const { high, low } = bytesOf(emitter, x)
  const [upper, lower] = [highs, lows].map((part) =>
    joinBytes(emitter, convolve(high, part), convolve(low, part), Dtype.int64),
  ) as [Quantised, Quantised]
  const sums = joinBytes(emitter, upper, lower, Dtype.int64)
  const scales = weightScales.map((scale) => scale * inputScale)
  return {
    ...sums,
    scales,
    zeros: scales.map((scale, feature) => -(biases?.[feature] ?? 0) / scale),
    axis: CHANNEL_AXIS,
    clamp: UNCLAMPED,
  }
}
