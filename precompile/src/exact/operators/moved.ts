import { type IntegerTensor, zeros } from '../tensor.js'
import type { EvaluateContext } from './operator.js'
import { offsetsOf, read } from './strided.js'

/** Where a view of a tensor lies in it. */
export interface View {
  readonly start?: number
  /** One for each axis of the view. */
  readonly strides: readonly number[]
  /** The view's shape. Default: that of the output. */
  readonly shape?: readonly number[]
}

/** The output that reads the first input through a view. */
export function moved(context: EvaluateContext, view: View, index = 0): IntegerTensor {
  const output = context.outputs[index]
  if (!output) throw new RangeError(`a node without an output ${index}`)
  const result = zeros(output.dtype, output.shape)
  const offsets = offsetsOf(view.shape ?? output.shape, view.strides, view.start)
  read(result.data, context.input(0).data, offsets)
  return result
}
