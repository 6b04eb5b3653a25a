import { Dtype } from '../../tensor.js'
import { add as addIntervals } from '../interval.js'
import { elementwise } from './elementwise.js'
import type { ExactOperator } from './operator.js'

export const add: ExactOperator = {
  dtypes: [Dtype.int32, Dtype.int64],
  meaning: 'a + b',
  bounds(context) {
    const sum = addIntervals(context.input(0).interval, context.input(1).interval)
    return [context.fits('the sum', sum, context.input(0).dtype)]
  },
  evaluate: elementwise((a, b) => a + b),
}
