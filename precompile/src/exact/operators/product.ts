import { elementCount, type Shape } from '../../tensor.js'
import { broadcastShape, broadcastStrides } from './broadcast.js'
import type { Lines } from './dot.js'
import { offsetsOf } from './strided.js'

/** Matrices by NumPy's rules: vectors are widened, leading axes broadcast. */
export interface Product {
  readonly rows: number
  readonly inner: number
  readonly columns: number
  /** For each product of two matrices, where they begin. */
  readonly left: Int32Array
  readonly right: Int32Array
}

export function productOf(a: Shape, b: Shape): Product {
  const left = a.length === 1 ? [1, ...a] : a
  const right = b.length === 1 ? [...b, 1] : b
  const [rows, inner] = left.slice(-2) as [number, number]
  const columns = right.at(-1) as number
  const batch = broadcastShape(left.slice(0, -2), right.slice(0, -2))
  const starts = (shape: Shape, size: number) =>
    offsetsOf(
      batch,
      broadcastStrides(batch, shape.slice(0, -2)).map((stride) => stride * size),
    )
  return {
    rows,
    inner,
    columns,
    left: starts(left, rows * inner),
    right: starts(right, inner * columns),
  }
}

/** The elements of the left side that are summed up together. */
export function leftLines(shape: Shape): Lines {
  return { outer: elementCount(shape.slice(0, -1)), length: shape.at(-1) as number, inner: 1 }
}

/** The elements of the right side that are summed up together. */
export function rightLines(shape: Shape): Lines {
  if (shape.length === 1) return { outer: 1, length: shape[0] as number, inner: 1 }
  const [length, inner] = shape.slice(-2) as [number, number]
  return { outer: elementCount(shape.slice(0, -2)), length, inner }
}

/** Products of matrices of int32. The proof excludes sums beyond it. */
export function multiply(target: Int32Array, a: Int32Array, b: Int32Array, product: Product): void {
  const { rows, inner, columns, left, right } = product
  left.forEach((from, batch) => {
    for (let row = 0; row < rows; row++) {
      const to = (batch * rows + row) * columns
      for (let k = 0; k < inner; k++) {
        const factor = a[from + row * inner + k] as number
        const start = (right[batch] as number) + k * columns
        for (let column = 0; column < columns; column++) {
          const term = Math.imul(factor, b[start + column] as number)
          target[to + column] = (target[to + column] as number) + term
        }
      }
    }
  })
}

/** Products of matrices of int64. */
export function multiplyWide(
  target: BigInt64Array,
  a: BigInt64Array,
  b: BigInt64Array,
  product: Product,
): void {
  const { rows, inner, columns, left, right } = product
  left.forEach((from, batch) => {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0n
        for (let k = 0; k < inner; k++) {
          const factor = a[from + row * inner + k] as bigint
          sum += factor * (b[(right[batch] as number) + k * columns + column] as bigint)
        }
        target[(batch * rows + row) * columns + column] = sum
      }
    }
  })
}
