import { Dtype } from '../../tensor.js'
import { reachOf } from './align.js'
import type { Range } from './calibrate.js'
import type { Emitted, Emitter } from './emit.js'
import { channelShape, type Encoded, isClamped, magnitudeOf, type Quantised } from './quantised.js'
import { castTo, requantise } from './requantise.js'
import { perChannel } from './weights.js'

const ROOM = 2 ** 30

/**
 * A value as int32 with its zero at 0.
 * @param range - What it is clamped to where its integers are larger than `magnitude` and have to be made fewer.
 */
export function centred(
  emitter: Emitter,
  value: Quantised,
  range: Range,
  magnitude: number,
): Quantised {
  const zero = Math.max(...value.zeros.map(Math.abs))
  const isNear = magnitudeOf(value) + zero <= magnitude
  if (!isNear || isClamped(value.clamp) || value.dtype === Dtype.int64) {
    const reduced = requantise(emitter, value, encodingFor(range, magnitude, reachOf(value)))
    return subtractZero(emitter, reduced)
  }
  return subtractZero(emitter, value)
}

/**
 * Steps over the whole range so that both ends, less the zero, lie within the magnitude. What may lie beyond the range
 * fits int32, too, before it is clamped.
 */
function encodingFor({ low, high }: Range, magnitude: number, reach: number): Encoded {
  const [bottom, top] = [Math.min(0, low), Math.max(0, high)]
  const scale = Math.max(Math.max(-bottom, top) / Math.max(1, magnitude - 1), reach / ROOM) || 1
  const zero = Math.round(-bottom / scale)
  return { dtype: Dtype.int32, scale, zero, high: zero + Math.round(top / scale) }
}

function subtractZero(emitter: Emitter, value: Quantised): Quantised {
  const channels = value.zeros.length
  const offsets = value.zeros.map((zero) => Math.round(-zero))
  let q: Emitted = castTo(emitter, value, Dtype.int32)
  if (offsets.some((offset) => offset !== 0)) {
    const shape = channelShape(value, channels)
    q = emitter.node('Add', [q, perChannel(emitter, Dtype.int32, shape, offsets)])
  }
  // What rounding leaves of the zeros is less than half a step.
  return { ...value, ...q, zeros: [0] }
}
