import type { Shape } from '../../tensor.js'
import { offsetsOf } from './strided.js'

/** The shape to which several broadcast; the validator found that they do. */
export function broadcastShape(...shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map(({ length }) => length))
  return Array.from({ length: rank }, (_, axis) =>
    shapes.reduce((size, shape) => {
      const dim = shape[axis - rank + shape.length]
      return dim === undefined || dim === 1 ? size : dim
    }, 1),
  )
}

/**
 * Where each element of a broadcast result reads one operand.
 * @returns for each element of `output`, in row-major order, the offset in a tensor of the shape `operand`.
 */
export function broadcastOffsets(output: Shape, operand: Shape): Int32Array {
  return offsetsOf(output, broadcastStrides(output, operand))
}

/** Row-major strides of an operand along the axes of the result: 0 where it is repeated. */
export function broadcastStrides(output: Shape, operand: Shape): number[] {
  const strides = new Array<number>(output.length).fill(0)
  let stride = 1
  for (let axis = operand.length - 1; axis >= 0; axis--) {
    const dim = operand[axis] as number
    if (dim !== 1) strides[axis + output.length - operand.length] = stride
    stride *= dim
  }
  return strides
}
