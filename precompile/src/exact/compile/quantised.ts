import { Dtype } from '../../tensor.js'
import type { Feature } from '../trees/feature.js'
import type { Range } from './calibrate.js'
import type { Emitted } from './emit.js'

/** Whole numbers up to here are exact in the compiler's own arithmetic. */
export const WIDE_MAX = 2 ** 52

/** Bounds that a value is yet to be clamped to, in reals; infinite where there is none. */
export type Clamp = Range

export const UNCLAMPED: Clamp = {
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
}

/**
 * Integers that stand for a tensor of reals: real = clamp((q − zero) · scale).
 * Scales and zeros are one for all elements, or one for each index of `axis`.
 */
export interface Quantised extends Emitted {
  /** Negative ones are possible after a product with a constant. */
  readonly scales: readonly number[]
  /** Not whole numbers where a bias is still to be added. */
  readonly zeros: readonly number[]
  /** Counted from the front; of use only where there are several scales or zeros. */
  readonly axis: number
  readonly clamp: Clamp
  /**
   * Where the integers stand for reals in order only: what those of each column stand for. Scales and zeros mean nothing
   * then. Only lowerings whose operators are listed in `inputForms` see such a value.
   */
  readonly order?: (column: number) => Feature
}

/** How a lowering wants a tensor: integers from 0 to `high` with one scale. */
export interface Encoded {
  readonly dtype: typeof Dtype.uint8 | typeof Dtype.int32
  readonly scale: number
  /** A whole number from 0 to `high`. */
  readonly zero: number
  readonly high: number
}

/** Integers with one scale and one zero, as they stand. */
export function linear(value: Emitted, scale: number, zero = 0): Quantised {
  return { ...value, scales: [scale], zeros: [zero], axis: 0, clamp: UNCLAMPED }
}

/** Whether one scale and one zero hold for all elements, and nothing is left to be clamped. */
export function isPlain({ scales, zeros, clamp }: Quantised): boolean {
  return scales.length === 1 && zeros.length === 1 && !isClamped(clamp)
}

export function isClamped({ low, high }: Clamp): boolean {
  return low !== UNCLAMPED.low || high !== UNCLAMPED.high
}

/** The encoding of a range in so many steps. The range is widened to hold zero, which padding and Relu need exact. */
export function encodingOf({ low, high }: Range, bits: 8 | 16): Encoded {
  const steps = bits === 8 ? 255 : 65535
  const [bottom, top] = [Math.min(low, 0), Math.max(high, 0)]
  const scale = top > bottom ? (top - bottom) / steps : 1
  const zero = Math.min(steps, Math.max(0, Math.round(-bottom / scale)))
  return { dtype: bits === 8 ? Dtype.uint8 : Dtype.int32, scale, zero, high: steps }
}

/** Steps of a fine encoding within the range, and how far beyond it the encoding goes on. */
const FINE_BITS = 27
const FINE_HEADROOM = 16

/** The encoding of a range in as many steps as int32 has, a power of two each, with room for what calibration missed. */
export function fineEncodingOf({ low, high }: Range): {
  dtype: typeof Dtype.int32
  scale: number
  high: number
} {
  const reach = Math.max(Math.abs(low), Math.abs(high)) || 1
  const scale = 2 ** (Math.ceil(Math.log2(reach)) - FINE_BITS)
  return { dtype: Dtype.int32, scale, high: FINE_HEADROOM * 2 ** FINE_BITS - 1 }
}

/** The largest absolute value of the integers. */
export function magnitudeOf({ interval }: Emitted): number {
  return Math.max(Math.abs(Number(interval.low)), Math.abs(Number(interval.high)))
}

/** How many scales a tensor needs when one of its properties is per channel. */
export function channelsOf({ scales, zeros }: Quantised): number {
  return Math.max(scales.length, zeros.length)
}

/** One of several, or the only one. */
export function at(list: readonly number[], channel: number): number {
  return list[list.length === 1 ? 0 : channel] as number
}

/** The shape in which one number a channel broadcasts against a tensor. */
export function channelShape({ shape, axis }: Quantised, channels: number): readonly number[] {
  if (channels === 1) return []
  return [channels, ...shape.slice(axis + 1).map(() => 1)]
}

/** A further clamp, which waits like those before it. Bounds that cross leave the upper one, as in ONNX. */
export function clampedTo(value: Quantised, low: number, high: number): Quantised {
  const inside = (real: number) => Math.min(high, Math.max(low, real))
  return { ...value, clamp: { low: inside(value.clamp.low), high: inside(value.clamp.high) } }
}
