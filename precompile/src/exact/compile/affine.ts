import { elementCount, type Shape } from '../../tensor.js'
import type { FloatConstant } from './lowering.js'
import { at, channelsOf, isClamped, type Quantised } from './quantised.js'

const ALMOST_ZERO = 2 ** -20

/** One number for all elements, or one for each index of an axis. */
export interface ChannelConstant {
  readonly axis: number
  readonly values: ArrayLike<number>
}

/** A constant that broadcasts against a shape along one axis at most, without widening it. */
export function channelConstant(
  { shape, values }: Pick<FloatConstant, 'shape' | 'values'>,
  target: Shape,
): ChannelConstant | undefined {
  if (values.length === 1 && shape.length <= target.length) return { axis: 0, values }
  if (shape.length > target.length || elementCount(shape) !== values.length) return undefined
  const used = shape.flatMap((dim, i) => (dim === 1 ? [] : [i]))
  const [only] = used
  if (used.length !== 1 || only === undefined) return undefined
  const axis = only + target.length - shape.length
  return target[axis] === shape[only] ? { axis, values } : undefined
}

/** Whether a product or sum with the constant only changes scales and zeros. */
export function canAbsorb(value: Quantised, { axis, values }: ChannelConstant): boolean {
  if (values.length === 1) return true
  if (isClamped(value.clamp)) return false
  return channelsOf(value) === 1 || value.axis === axis
}

/** The product with a constant: nothing is emitted. */
export function scaleBy(value: Quantised, constant: ChannelConstant): Quantised {
  const factors = Array.from(constant.values, notZero)
  const [factor = 1] = factors
  const channels = Math.max(value.scales.length, factors.length)
  const scales = Array.from({ length: channels }, (_, c) => at(value.scales, c) * at(factors, c))
  if (!isClamped(value.clamp)) return { ...value, scales, axis: axisOf(value, constant) }
  const ends = [value.clamp.low * factor, value.clamp.high * factor] as const
  const clamp = { low: Math.min(...ends), high: Math.max(...ends) }
  return { ...value, scales, clamp }
}

/** A scale of zero could not be divided by. */
function notZero(factor: number): number {
  return factor === 0 ? ALMOST_ZERO : factor
}

/** The sum with a constant: nothing is emitted. */
export function shiftBy(value: Quantised, constant: ChannelConstant): Quantised {
  const offsets = Array.from(constant.values)
  const [offset = 0] = offsets
  const channels = Math.max(channelsOf(value), offsets.length)
  const zeros = Array.from(
    { length: channels },
    (_, c) => at(value.zeros, c) - at(offsets, c) / at(value.scales, c),
  )
  const { low, high } = value.clamp
  const clamp = { low: low + offset, high: high + offset }
  return { ...value, zeros, axis: axisOf(value, constant), clamp }
}

function axisOf(value: Quantised, { axis, values }: ChannelConstant): number {
  return values.length === 1 ? value.axis : axis
}

/** The negative, which only turns the scale round. */
export function negated(value: Quantised): Quantised {
  return scaleBy(value, { axis: 0, values: [-1] })
}
