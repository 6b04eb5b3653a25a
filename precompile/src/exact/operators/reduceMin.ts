import { Dtype } from '../../tensor.js'
import type { Lowering } from '../compile/lowering.js'
import { lowerReduction } from '../compile/reduction.js'
import type { ExactOperator } from './operator.js'
import { reduce, reducedCount } from './reduce.js'

/** Operator set in which the axes became an input. */
const SINCE = 18

export const reduceMin: ExactOperator = {
  dtypes: [Dtype.uint8, Dtype.int8, Dtype.int32],
  meaning: 'the smallest over axes',
  refused: 'int64, which native code compares by halves',
  bounds(context) {
    reducedCount(context, SINCE)
    return [context.input(0).interval]
  },
  evaluate: (context) => [reduce<number>(context, SINCE, Math.min)],
}

export const lowerReduceMin: Lowering = (context) => [lowerReduction(context, 'ReduceMin')]
