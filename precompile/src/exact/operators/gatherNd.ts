import { elementCount } from '../../tensor.js'
import { hull } from '../interval.js'
import { numbersOf } from './axes.js'
import { outputOf } from './elementwise.js'
import { expectIndices, fromFront } from './indices.js'
import type { BoundsContext, ExactOperator } from './operator.js'
import { offsetsOf, read, stridesOf } from './strided.js'
import { ALL } from './types.js'

export const gatherNd: ExactOperator = {
  dtypes: ALL,
  meaning: 'slices that tuples of indices name; negative ones count from the end',
  refused: 'indices that may be out of range',
  bounds(context) {
    const { shape, interval } = context.input(0)
    const batch = context.attributes.int('batch_dims', 0)
    const depth = context.input(1).shape.at(-1) as number
    for (let place = 0; place < depth; place++) {
      expectIndices(context, placeInterval(context, place, depth), shape[batch + place] as number)
    }
    return [interval]
  },
  evaluate(context) {
    const output = outputOf(context)
    const { shape, data } = context.input(0)
    const tuples = context.input(1)
    const batch = context.attributes.int('batch_dims', 0)
    const depth = tuples.shape.at(-1) as number
    const indices = numbersOf(tuples)
    const strides = stridesOf(shape)
    const inner = offsetsOf(shape.slice(batch + depth), strides.slice(batch + depth))
    const outer = offsetsOf(shape.slice(0, batch), strides.slice(0, batch))
    const each = elementCount(tuples.shape.slice(batch, -1))
    const offsets = new Int32Array(output.data.length)
    let next = 0
    for (let tuple = 0; tuple * depth < indices.length; tuple++) {
      let start = outer[Math.floor(tuple / each)] as number
      for (let place = 0; place < depth; place++) {
        const index = fromFront(
          indices[tuple * depth + place] as number,
          shape[batch + place] as number,
        )
        start += index * (strides[batch + place] as number)
      }
      for (const end of inner) offsets[next++] = start + end
    }
    read(output.data, data, offsets)
    return [output]
  },
}

/** Of the indices at one place of each tuple. */
function placeInterval(context: BoundsContext, place: number, depth: number) {
  const { constant, interval } = context.input(1)
  if (!constant || constant.data.length === 0) return interval
  context.spend(constant.data.length)
  let range = hull(BigInt(constant.data[place] as number | bigint))
  for (let i = place; i < constant.data.length; i += depth) {
    const index = BigInt(constant.data[i] as number | bigint)
    if (index < range.low || index > range.high) range = hull(range.low, range.high, index)
  }
  return range
}
