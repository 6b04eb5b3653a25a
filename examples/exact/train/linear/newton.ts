import type { Loss } from '../trees/boost.js'

/** Added to the curvature of each weight: holds the weights of features that say the same together. */
const RIDGE = 1

/**
 * Fits `rows · weights` to targets by Newton's method; one step suffices for a squared loss.
 * @returns a weight a column
 */
export function newton(
  rows: readonly Float64Array[],
  targets: readonly number[],
  loss: Loss,
  steps: number,
): Float64Array {
  const size = rows[0]?.length ?? 0
  const weights = new Float64Array(size)
  for (let step = 0; step < steps; step++) {
    const gradient = weights.map((weight) => RIDGE * weight)
    const curvature = Array.from({ length: size }, (_, i) => {
      const line = new Float64Array(size)
      line[i] = RIDGE
      return line
    })
    for (const [k, row] of rows.entries()) {
      const prediction = dot(row, weights)
      const slope = loss.gradient(prediction, targets[k] as number)
      const curve = loss.curvature(prediction, targets[k] as number)
      for (let i = 0; i < size; i++) {
        const x = row[i] as number
        gradient[i] = (gradient[i] as number) + slope * x
        const line = curvature[i] as Float64Array
        for (let j = 0; j < size; j++)
          line[j] = (line[j] as number) + curve * x * (row[j] as number)
      }
    }
    const move = solve(curvature, gradient)
    for (let i = 0; i < size; i++) weights[i] = (weights[i] as number) - (move[i] as number)
  }
  return weights
}

export function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)
}

/** Solves a positive definite system by elimination. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const lines = matrix.map((line, i) => Float64Array.from([...line, right[i] as number]))
  const size = right.length
  for (const [pivot, line] of lines.entries()) {
    const head = line[pivot] as number
    for (const [other, target] of lines.entries()) {
      if (other === pivot) continue
      const factor = (target[pivot] as number) / head
      for (let i = pivot; i <= size; i++)
        target[i] = (target[i] as number) - factor * (line[i] as number)
    }
  }
  return Float64Array.from(lines, (line, i) => (line[size] as number) / (line[i] as number))
}
