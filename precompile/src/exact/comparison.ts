import type { Interval } from './interval.js'

/** A value of the graph and what is proved of it. Equal ids are one value. */
export interface Operand {
  readonly id: string | number
  readonly interval: Interval
}

/** What a bool says: left is below right, or not above it. */
export interface Comparison {
  readonly left: Operand
  readonly right: Operand
  readonly isStrict: boolean
}

/** What the first output of a node compares, where it does. */
export function comparisonOf(
  operator: string,
  [a, b]: readonly (Operand | undefined)[],
): Comparison | undefined {
  if (!a || !b) return undefined
  switch (operator) {
    case 'Less':
      return { left: a, right: b, isStrict: true }
    case 'LessOrEqual':
      return { left: a, right: b, isStrict: false }
    case 'Greater':
      return { left: b, right: a, isStrict: true }
    case 'GreaterOrEqual':
      return { left: b, right: a, isStrict: false }
    default:
      return undefined
  }
}

/**
 * What remains of a value where a comparison holds, or does not. The elements of the three stand on top of each other:
 * a comparison has the shape of its operands broadcast together.
 * @returns undefined where nothing remains.
 */
export function given(
  { id, interval }: Operand,
  comparison: Comparison | undefined,
  holds: boolean,
): Interval | undefined {
  if (!comparison) return interval
  // Where it does not hold, right is below left, and strictly so where it was not strict.
  const [lower, upper] = holds
    ? [comparison.left, comparison.right]
    : [comparison.right, comparison.left]
  const gap = comparison.isStrict === holds ? 1n : 0n
  let { low, high } = interval
  if (id === lower.id) high = smaller(high, upper.interval.high - gap)
  if (id === upper.id) low = larger(low, lower.interval.low + gap)
  return low <= high ? { low, high } : undefined
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
