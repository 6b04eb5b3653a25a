import { Dtype } from '../../tensor.js'
import type { Emitted, Emitter } from './emit.js'
import { linear, magnitudeOf, type Quantised } from './quantised.js'
import { castTo } from './requantise.js'
import { unify } from './unify.js'

const ROOM = 2 ** 30
const INT32_MAX = 2 ** 31 - 1
/** A factor of at least this many steps is right to a ten-thousandth. */
const FINE_FACTOR = 2 ** 12
/** How near to a whole number a ratio must be to count as one. */
const EXACT = 1e-9
/** Keeps what is divided inside int64. */
const LARGEST_SHIFT = 30

/** Brings values to one common scale and zero, as finely as int32 has room. */
export function align(emitter: Emitter, values: readonly Quantised[]): readonly Quantised[] {
  const merged = values.map((value) => unify(emitter, value))
  if (merged.length === 0 || isAligned(merged)) return merged
  const scales = merged.map((value) => Math.abs(value.scales[0] as number))
  const reach = merged.map((value, i) => reachOf(value) * (scales[i] as number))
  const coarsest = Math.max(...reach) / ROOM
  const isCommon = scales.every((scale) => scale === scales[0])
  const finest = isCommon ? (scales[0] as number) : Math.min(...scales) / FINE_FACTOR
  const step = Math.max(finest, coarsest)
  return merged.map((value) => onto(emitter, value, step))
}

function isAligned(values: readonly Quantised[]): boolean {
  const [first] = values
  return values.every(
    ({ scales, zeros, dtype }) =>
      scales[0] === first?.scales[0] && zeros[0] === first?.zeros[0] && dtype === first?.dtype,
  )
}

/** Largest distance from the zero. */
function reachOf(value: Quantised): number {
  return magnitudeOf(value) + Math.abs(value.zeros[0] as number)
}

/** The value with its zero at 0 in steps of a size, which is near a fraction of its own or coarser. */
function onto(emitter: Emitter, value: Quantised, step: number): Quantised {
  const ratio = (value.scales[0] as number) / step
  const divisor = divisorFor(ratio)
  const factor = Math.round(ratio * divisor)
  const offset = Math.round(-(value.zeros[0] as number) * factor + (divisor > 1 ? divisor / 2 : 0))
  const reach = magnitudeOf(value) * Math.abs(factor) + Math.abs(offset)
  const dtype = value.dtype === Dtype.int64 || reach > INT32_MAX ? Dtype.int64 : Dtype.int32
  let q: Emitted = castTo(emitter, value, dtype)
  if (factor !== 1) q = emitter.node('Mul', [q, emitter.scalar(dtype, factor)])
  if (offset !== 0) q = emitter.node('Add', [q, emitter.scalar(dtype, offset)])
  if (divisor !== 1) q = emitter.node('Div', [q, emitter.scalar(dtype, divisor)])
  return linear(castTo(emitter, q, Dtype.int32), step)
}

/** A power of two that makes of a ratio at least so many parts that rounding them does not matter. */
function divisorFor(ratio: number): number {
  const size = Math.abs(ratio)
  if (size >= FINE_FACTOR / 2 || Math.abs(size - Math.round(size)) < EXACT * size) return 1
  return 2 ** Math.min(LARGEST_SHIFT, Math.ceil(Math.log2(FINE_FACTOR / size)))
}
