import { Dtype } from '../../tensor.js'
import { lowerExtreme } from '../compile/extreme.js'
import type { Lowering } from '../compile/lowering.js'
import { highest } from '../interval.js'
import { variadic } from './elementwise.js'
import type { ExactOperator, ExactValue } from './operator.js'

export const max: ExactOperator = {
  dtypes: [Dtype.uint8, Dtype.int8, Dtype.int32],
  meaning: 'the largest of any number of operands',
  refused: 'int64, which native code compares by halves',
  bounds: ({ inputs }) => [
    (inputs as readonly ExactValue[]).map(({ interval }) => interval).reduce(highest),
  ],
  evaluate: variadic(Math.max),
}

/** A single number is a clamp; tensors are compared in one scale. */
export const lowerMax: Lowering = (context) => [lowerExtreme(context, 'Max')]
