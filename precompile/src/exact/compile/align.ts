import { Dtype } from '../../tensor.js'
import type { Emitter } from './emit.js'
import { isClamped, magnitudeOf, type Quantised } from './quantised.js'
import { settle } from './settle.js'
import { unify } from './unify.js'

const ROOM = 2 ** 30
/** A factor of at least this many steps is right to a ten-thousandth. */
const FINE_FACTOR = 2 ** 12

/** Brings values to one common scale and zero, as finely as int32 has room. */
export function align(emitter: Emitter, given: readonly Quantised[]): readonly Quantised[] {
  const values = given.map((value) => (isClamped(value.clamp) ? unify(emitter, value) : value))
  if (values.length === 0 || isAligned(values)) return values
  const coarsest = Math.max(...values.map(reachOf)) / ROOM
  const scales = values.flatMap((value) => value.scales.map(Math.abs))
  const isCommon = scales.every((scale) => scale === scales[0])
  const finest = isCommon ? (scales[0] as number) : Math.min(...scales) / FINE_FACTOR
  const step = Math.max(finest, coarsest)
  return values.map((value) => settle(emitter, value, step))
}

/** A value of one scale as int32, in coarser steps where it has too many for that. */
export function shrunk(emitter: Emitter, value: Quantised): Quantised {
  if (value.dtype !== Dtype.int64) return value
  const scale = Math.abs(value.scales[0] as number)
  return settle(emitter, value, Math.max(scale, reachOf(value) / ROOM))
}

function isAligned(values: readonly Quantised[]): boolean {
  const [first] = values
  return values.every(
    ({ scales, zeros, dtype }) =>
      scales.length === 1 &&
      zeros.length === 1 &&
      scales[0] === first?.scales[0] &&
      zeros[0] === first?.zeros[0] &&
      dtype === first?.dtype,
  )
}

/** Largest real that the integers may stand for. */
export function reachOf(value: Quantised): number {
  const zero = Math.max(...value.zeros.map(Math.abs))
  return (magnitudeOf(value) + zero) * Math.max(...value.scales.map(Math.abs))
}
