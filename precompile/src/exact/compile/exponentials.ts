import { Dtype, elementCount, type Shape } from '../../tensor.js'
import { integerTensor } from '../tensor.js'
import type { Emitted } from './emit.js'
import type { LoweringContext } from './lowering.js'
import type { Quantised } from './quantised.js'
import { castTo } from './requantise.js'
import { entriesAt, fine } from './table.js'

/** More bits of an exponential than these change no result. */
const MOST_BITS = 20

/** A tensor with the axis of a softmax last, and the way back. */
export interface Rows {
  readonly value: Quantised
  restore(result: Emitted): Emitted
}

/** Before operator set 13 the axis and all after it count as one. */
export function rowsOf(context: LoweringContext): Rows {
  const { emitter } = context
  const value = fine(context, 0)
  const { shape } = value
  const isFlat = context.version < 13
  const given = context.node.attributes.int('axis', isFlat ? 1 : -1)
  const axis = given < 0 ? given + shape.length : given
  if (isFlat) {
    const rows = elementCount(shape.slice(0, axis))
    const flat = reshape(context, value, [rows, elementCount(shape.slice(axis))])
    return { value: { ...value, ...flat }, restore: (result) => reshape(context, result, shape) }
  }
  if (axis === shape.length - 1) return { value, restore: (result) => result }
  const perm = shape.map((_, i) => i)
  perm[axis] = shape.length - 1
  perm[shape.length - 1] = axis
  const swap = (tensor: Emitted) => emitter.node('Transpose', [tensor], { perm: perm.map(BigInt) })
  return { value: { ...value, ...swap(value) }, restore: swap }
}

function reshape({ emitter }: LoweringContext, value: Emitted, shape: Shape): Emitted {
  return emitter.node('Reshape', [value, emitter.list(shape)])
}

export interface Exponentials {
  /** How far each element lies below the largest of its row, in steps of `scale`. */
  readonly distance: Emitted
  readonly scale: number
  /** e^−distance, where `one` stands for 1. */
  readonly terms: Emitted
  /** Of the terms of each row: at least `one`. */
  readonly sum: Emitted
  readonly one: number
  /** Terms of a row. */
  readonly count: number
}

/**
 * Exponentials along the last axis, relative to the largest element.
 * @param steps - What a term will be multiplied by before it is divided by the sum: all of it fits int32.
 */
export function exponentials(
  context: LoweringContext,
  { value }: Rows,
  steps: number,
): Exponentials {
  const { emitter } = context
  const count = value.shape.at(-1) as number
  const [scale = 1] = value.scales
  const bits = Math.floor(Math.log2((2 ** 31 - 1) / (steps + count)))
  if (bits < 8) context.refuse(`a row of ${count} elements is too long`)
  const one = 2 ** Math.min(MOST_BITS, bits)
  const q = castTo(emitter, value, Dtype.int32)
  const most = emitter.node('ReduceMax', [q], { axes: [-1n], keepdims: 1n })
  const high = Number(value.interval.high)
  // The largest of a row is no smaller than any element, which intervals do not know.
  const bounds = [0, high].map((bound) => emitter.scalar(Dtype.int32, bound))
  const distance = emitter.node('Clip', [emitter.node('Sub', [most, q]), ...bounds])
  const entries = Array.from({ length: high + 1 }, (_, d) => Math.round(one * Math.exp(-d * scale)))
  const table = emitter.constant(integerTensor(Dtype.int32, [entries.length], entries), 'table')
  const terms = entriesAt(emitter, table, distance)
  const total = emitter.node('ReduceSum', [terms, emitter.list([-1])], { keepdims: 1n })
  const sum = emitter.node('Max', [total, emitter.scalar(Dtype.int32, one)])
  return { distance, scale, terms, sum, one, count }
}
