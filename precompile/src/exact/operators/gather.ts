import { axisOf, numbersOf } from './axes.js'
import { outputOf } from './elementwise.js'
import { expectIndices, fromFront } from './indices.js'
import type { ExactOperator } from './operator.js'
import { offsetsOf, read, stridesOf } from './strided.js'
import { ALL } from './types.js'

export const gather: ExactOperator = {
  dtypes: ALL,
  meaning: 'slices that indices name along an axis; negative ones count from its end',
  refused: 'indices that may be out of range',
  bounds(context) {
    const { shape, interval } = context.input(0)
    const axis = axisOf(context.attributes.int('axis', 0), shape)
    expectIndices(context, context.input(1).interval, shape[axis] as number)
    return [interval]
  },
  evaluate(context) {
    const output = outputOf(context)
    const { shape, data } = context.input(0)
    const axis = axisOf(context.attributes.int('axis', 0), shape)
    const strides = stridesOf(shape)
    const outer = offsetsOf(shape.slice(0, axis), strides.slice(0, axis))
    const inner = offsetsOf(shape.slice(axis + 1), strides.slice(axis + 1))
    const picked = numbersOf(context.input(1)).map(
      (index) => fromFront(index, shape[axis] as number) * (strides[axis] as number),
    )
    const offsets = new Int32Array(output.data.length)
    let next = 0
    for (const start of outer)
      for (const middle of picked) for (const end of inner) offsets[next++] = start + middle + end
    read(output.data, data, offsets)
    return [output]
  },
}
