import { elementCount, type Shape } from '../../tensor.js'

/**
 * Where each element of a broadcast result reads one operand.
 * @returns for each element of `output`, in row-major order, the offset in a tensor of the shape `operand`.
 */
export function broadcastOffsets(output: Shape, operand: Shape): Int32Array {
  const offsets = new Int32Array(elementCount(output))
  const strides = broadcastStrides(output, operand)
  const index = new Array<number>(output.length).fill(0)
  let at = 0
  for (let i = 0; i < offsets.length; i++) {
    offsets[i] = at
    for (let axis = output.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1
      at += strides[axis] as number
      if (index[axis] !== output[axis]) break
      at -= (strides[axis] as number) * (output[axis] as number)
      index[axis] = 0
    }
  }
  return offsets
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
