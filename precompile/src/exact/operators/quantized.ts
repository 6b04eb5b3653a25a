import { numbersOf } from './axes.js'
import type { BoundsContext, EvaluateContext } from './operator.js'

/** The widest product of two elements of 8 bits. */
const WIDEST = 255 * 255
const INT32_MAX = 2 ** 31 - 1

/**
 * Zero points of an input: one for all, or one for each column.
 * @param columns - How many there are; undefined where engines take one zero point alone.
 */
export function zeroPoints(context: BoundsContext, index: number, columns?: number): number[] {
  if (!context.inputs[index]) return [0]
  const zeros = context.constant(index)
  const count = zeros.data.length
  const isPerColumn = zeros.shape.length === 1 && count === columns
  // A long list that is no use must not be copied.
  if (count !== 1 && !isPerColumn) context.refuse(`input ${index} has ${count} zero points`)
  context.spend(count)
  return numbersOf(zeros)
}

/**
 * Engines do not subtract zero points first. They sum up the products of elements as they are, and those of elements
 * with zero points apart, partly by instructions that saturate at the ends of int32 (VPDPBUSDS). As a·b, za·b, zb·a
 * and each sum of them that they form lie within ±255², a sum over few enough never gets there.
 */
export function expectRoom(context: BoundsContext, length: number): void {
  if (length * WIDEST > INT32_MAX) {
    context.refuse(
      `a sum of ${length} products of 8 bits may leave int32 before zero points are subtracted`,
    )
  }
}

/** The elements of an input less its zero points, which are one for all or one for each index of the last axis. */
export function lessZero(context: EvaluateContext, index: number, zeroIndex: number): Int32Array {
  const { data } = context.input(index)
  const zeros = context.inputs[zeroIndex] ? numbersOf(context.input(zeroIndex)) : [0]
  return Int32Array.from(data as Uint8Array, (element, i) => {
    return element - (zeros[i % zeros.length] as number)
  })
}
