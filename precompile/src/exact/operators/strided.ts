import { elementCount, type Shape } from '../../tensor.js'
import type { IntegerElements } from '../tensor.js'

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1)
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number)
  }
  return strides
}

/**
 * Where each element of a box lies, in row-major order of its indices.
 * @param strides - How far one step along each axis leads; may be 0 or negative.
 * @param start - Where the first element lies.
 */
export function offsetsOf(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  const offsets = new Int32Array(elementCount(shape))
  const index = new Array<number>(shape.length).fill(0)
  let at = start
  for (let i = 0; i < offsets.length; i++) {
    offsets[i] = at
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1
      at += strides[axis] as number
      if (index[axis] !== shape[axis]) break
      at -= (strides[axis] as number) * (shape[axis] as number)
      index[axis] = 0
    }
  }
  return offsets
}

/** Reads one element for each offset. Both arrays are of one type. */
export function read(target: IntegerElements, source: IntegerElements, offsets: Int32Array): void {
  // Elements are only moved, so it does not matter that those of int64 are bigints.
  const [to, from] = [target as Int32Array, source as Int32Array]
  for (let i = 0; i < offsets.length; i++) to[i] = from[offsets[i] as number] as number
}

/** Writes each element to its offset. Both arrays are of one type. */
export function write(target: IntegerElements, source: IntegerElements, offsets: Int32Array): void {
  const [to, from] = [target as Int32Array, source as Int32Array]
  for (let i = 0; i < offsets.length; i++) to[offsets[i] as number] = from[i] as number
}
