import { Dtype } from '../../tensor.js'
import type { Emitted, Emitter } from './emit.js'
import { linear, magnitudeOf, type Quantised } from './quantised.js'
import { castTo } from './requantise.js'
import { unify } from './unify.js'

const ROOM = 2 ** 30
/** A factor of at least this many steps gets a scale right to a quarter of a percent of one. */
const FINE_FACTOR = 512

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

function onto(emitter: Emitter, value: Quantised, step: number): Quantised {
  const factor = Math.round((value.scales[0] as number) / step)
  let q: Emitted = castTo(emitter, value, Dtype.int32)
  if (factor !== 1) q = emitter.node('Mul', [q, emitter.scalar(Dtype.int32, factor)])
  const offset = Math.round(-(value.zeros[0] as number) * factor)
  if (offset !== 0) q = emitter.node('Add', [q, emitter.scalar(Dtype.int32, offset)])
  return linear(q, step)
}
