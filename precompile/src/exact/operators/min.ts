import { Dtype } from '../../tensor.js'
import { lowerExtreme } from '../compile/extreme.js'
import type { Lowering } from '../compile/lowering.js'
import { lowest } from '../interval.js'
import { variadic } from './elementwise.js'
import type { ExactOperator, ExactValue } from './operator.js'

export const min: ExactOperator = {
  dtypes: [Dtype.uint8, Dtype.int8, Dtype.int32],
  meaning: 'the smallest of any number of operands',
  refused: 'int64, which native code compares by halves',
  bounds: ({ inputs }) => [
    (inputs as readonly ExactValue[]).map(({ interval }) => interval).reduce(lowest),
  ],
  evaluate: variadic(Math.min),
}

/** A single number is a clamp; tensors are compared in one scale. */
export const lowerMin: Lowering = (context) => [lowerExtreme(context, 'Min')]
