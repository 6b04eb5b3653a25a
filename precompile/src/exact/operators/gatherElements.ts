import { axisOf } from './axes.js'
import { outputOf } from './elementwise.js'
import { expectIndices, fromFront } from './indices.js'
import type { ExactOperator } from './operator.js'
import { offsetsOf, read, stridesOf } from './strided.js'
import { ALL } from './types.js'

export const gatherElements: ExactOperator = {
  dtypes: ALL,
  meaning: 'elements that indices name along an axis; negative ones count from its end',
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
    const indices = context.input(1).data
    // The index takes the place of the position along the axis.
    const offsets = offsetsOf(output.shape, strides.with(axis, 0))
    for (let i = 0; i < offsets.length; i++) {
      const index = fromFront(Number(indices[i]), shape[axis] as number)
      offsets[i] = (offsets[i] as number) + index * (strides[axis] as number)
    }
    read(output.data, data, offsets)
    return [output]
  },
}
