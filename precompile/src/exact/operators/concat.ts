import { type Interval, union } from '../interval.js'
import type { IntegerTensor } from '../tensor.js'
import { axisOf } from './axes.js'
import { outputOf } from './elementwise.js'
import type { ExactOperator, ExactValue } from './operator.js'
import { offsetsOf, stridesOf, write } from './strided.js'
import { ALL } from './types.js'

export const concat: ExactOperator = {
  dtypes: ALL,
  meaning: 'the operands one after another along an axis',
  bounds: ({ inputs }) => [
    (inputs as readonly ExactValue[])
      .map(({ interval }) => interval)
      .reduce((whole: Interval, part) => union(whole, part)),
  ],
  evaluate(context) {
    const output = outputOf(context)
    const axis = axisOf(context.attributes.requiredInt('axis'), output.shape)
    const strides = stridesOf(output.shape)
    let start = 0
    for (const { shape, data } of context.inputs as readonly IntegerTensor[]) {
      write(output.data, data, offsetsOf(shape, strides, start))
      start += (shape[axis] as number) * (strides[axis] as number)
    }
    return [output]
  },
}
