import { Dtype } from '../../tensor.js'
import type { Emitted, Emitter } from './emit.js'
import {
  at,
  channelShape,
  channelsOf,
  isClamped,
  isPlain,
  linear,
  magnitudeOf,
  type Quantised,
  UNCLAMPED,
} from './quantised.js'
import { castTo } from './requantise.js'
import { settle } from './settle.js'
import { perChannel } from './weights.js'

const INT32_MAX = 2 ** 31 - 1
const COARSE_STEPS = 2 ** 30
const MAX_COMMON = 512
const COMMON_TOLERANCE = 1e-9
/** Factors that change no channel's scale by more than an eight-thousandth. */
const FINE_FACTOR = 2 ** 12

/**
 * Brings all channels to one scale and one zero by multiplying: no resolution is lost, but int64 may be needed.
 * @throws EmitError when int64 is too narrow.
 */
export function unify(emitter: Emitter, value: Quantised): Quantised {
  if (isPlain(value)) return value
  const merged = mergeChannels(emitter, value)
  return isClamped(value.clamp) ? clampTo(emitter, { ...merged, clamp: value.clamp }) : merged
}

/** A value of one scale, turned round where that is below zero. */
export function upright(emitter: Emitter, value: Quantised): Quantised {
  const [scale = 1] = value.scales
  const [zero = 0] = value.zeros
  if (scale > 0 || value.order) return value
  const wide = value.dtype === Dtype.int64 ? value : castTo(emitter, value, Dtype.int32)
  return linear(emitter.node('Neg', [wide]), -scale, -zero)
}

function mergeChannels(emitter: Emitter, value: Quantised): Quantised {
  if (channelsOf(value) === 1) return { ...value, clamp: UNCLAMPED }
  const channels = channelsOf(value)
  const scales = Array.from({ length: channels }, (_, c) => at(value.scales, c))
  const step = commonStep(scales, magnitudeOf(value))
  if (step === undefined) return settle(emitter, value, coarseStep(value))
  const factors = scales.map((scale) => Math.round(scale / step))
  const biases = factors.map((factor, c) => Math.round(-at(value.zeros, c) * factor))
  const reach = Math.max(
    ...factors.map(
      (factor, c) => Math.abs(factor) * magnitudeOf(value) + Math.abs(biases[c] as number),
    ),
  )
  const wide = reach <= INT32_MAX && value.dtype !== Dtype.int64 ? Dtype.int32 : Dtype.int64
  const shape = channelShape(value, channels)
  let q: Emitted = castTo(emitter, value, wide)
  if (factors.some((factor) => factor !== 1)) {
    q = emitter.node('Mul', [q, perChannel(emitter, wide, shape, factors)])
  }
  if (biases.some((bias) => bias !== 0)) {
    q = emitter.node('Add', [q, perChannel(emitter, wide, shape, biases)])
  }
  return linear(q, step)
}

/** A scale of which all others are whole multiples: exactly where they were chosen so, nearly where int32 has the room. */
function commonStep(scales: readonly number[], magnitude: number): number | undefined {
  const sizes = scales.map(Math.abs).filter((scale) => scale > 0)
  if (sizes.length === 0) return 1
  const least = Math.min(...sizes)
  for (let parts = 1; parts <= MAX_COMMON; parts++) {
    const step = least / parts
    const isCommon = sizes.every((size) => {
      const quotient = size / step
      return Math.abs(quotient - Math.round(quotient)) <= COMMON_TOLERANCE * quotient
    })
    if (isCommon) return step
  }
  const room = INT32_MAX / 2 / Math.max(1, magnitude)
  return room >= FINE_FACTOR ? Math.max(...sizes) / Math.min(room, 2 ** 16) : undefined
}

/** Steps so large that all channels fit int32. */
function coarseStep(value: Quantised): number {
  const zero = Math.max(...value.zeros.map(Math.abs))
  return ((magnitudeOf(value) + zero) * Math.max(...value.scales.map(Math.abs))) / COARSE_STEPS
}

/** Applies the clamp that is still to be applied. The value must have one scale. */
function clampTo(emitter: Emitter, value: Quantised): Quantised {
  const [scale = 1] = value.scales
  const [zero = 0] = value.zeros
  const ends = [value.clamp.low / scale + zero, value.clamp.high / scale + zero]
  const [low, high] = scale < 0 ? ends.reverse() : ends
  let q: Emitted = value
  if (Number.isFinite(low) && Number(q.interval.low) < (low as number)) {
    q = bound(emitter, 'Max', 'Less', q, Math.round(low as number))
  }
  if (Number.isFinite(high) && Number(q.interval.high) > (high as number)) {
    q = bound(emitter, 'Min', 'Greater', q, Math.round(high as number))
  }
  return linear(q, scale, zero)
}

/** int64 has no exact Min and Max: a comparison and a choice take their place. */
function bound(
  emitter: Emitter,
  operator: 'Min' | 'Max',
  comparison: 'Less' | 'Greater',
  value: Emitted,
  limit: number,
): Emitted {
  const end = emitter.scalar(value.dtype, limit)
  if (value.dtype !== Dtype.int64) return emitter.node(operator, [value, end])
  return emitter.node('Where', [emitter.node(comparison, [value, end]), end, value])
}
