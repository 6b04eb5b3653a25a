import { Dtype, elementCount } from '../../tensor.js'
import type { FloatConstant, LoweringContext } from './lowering.js'
import { type Quantised, UNCLAMPED } from './quantised.js'
import { planScales, quantiseWeights, WEIGHT_ZERO } from './weights.js'
import { wideChannelProduct } from './wideConvolution.js'
import { type Pads, type Sliding, windowAttributes } from './window.js'

/** The constant side of a convolution. */
export interface Kernels {
  /** [features, channels of a group, ...kernel] */
  readonly weights: Pick<FloatConstant, 'shape' | 'values'>
  readonly biases: ArrayLike<number> | undefined
  readonly group: number
  readonly window: Sliding & { readonly pads: Pads }
  /** How many features in turn share a scale: each of them is a place of one. Default 1. */
  readonly places?: number
}

export const CHANNEL_AXIS = 1

/** A convolution of a narrow tensor, with a scale for each feature. */
export function channelProduct(
  context: LoweringContext,
  x: Quantised,
  kernels: Kernels,
): Quantised {
  if (context.bits === 16) return wideChannelProduct(context, x, kernels)
  const { emitter, node } = context
  const { weights, biases, group, window } = kernels
  const { shape, values } = weights
  const terms = elementCount(shape.slice(1))
  const largest = largestWeights(kernels)
  const [inputScale = 1] = x.scales
  const [inputZero = 0] = x.zeros
  const target = context.isWide(0) ? undefined : context.target(0)
  const plan = planScales(largest, inputScale, target, terms)
  const kernel = quantiseWeights(
    emitter,
    shape,
    values,
    (i) => plan.weights[Math.floor(i / terms)] as number,
  )
  const zeros = [inputZero, WEIGHT_ZERO].map((zero) => emitter.scalar(Dtype.uint8, zero))
  const attributes = { ...windowAttributes(window, window.pads), group: BigInt(group) }
  const sums = emitter.node('ConvInteger', [x, kernel, ...zeros], attributes, node.name)
  const scales = plan.weights.map((scale) => scale * inputScale)
  return {
    ...sums,
    scales,
    zeros: scales.map((scale, feature) => -(biases?.[feature] ?? 0) / scale),
    axis: CHANNEL_AXIS,
    clamp: UNCLAMPED,
  }
}

/** The largest absolute weight of each feature, or of all those that share a scale with it. */
export function largestWeights({ weights, places = 1 }: Kernels): readonly number[] {
  const [features = 0, ...inside] = weights.shape
  const terms = places * elementCount(inside)
  const sharing = Array.from({ length: features / places }, (_, i) =>
    weights.values
      .subarray(i * terms, (i + 1) * terms)
      .reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0),
  )
  return Array.from({ length: features }, (_, i) => sharing[Math.floor(i / places)] as number)
}
