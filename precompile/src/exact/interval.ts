import { INTEGER_RANGE, type IntegerDtype, type IntegerTensor } from './tensor.js'

/** All that a tensor's elements can be: from `low` to `high`, both included. */
export interface Interval {
  readonly low: bigint
  readonly high: bigint
}

/** @returns the interval from the smallest to the largest of the values. */
export function hull(...values: readonly bigint[]): Interval {
  let [low = 0n] = values
  let high = low
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return { low, high }
}

/** @returns the smallest interval around several. */
export function union(...intervals: readonly Interval[]): Interval {
  return hull(...intervals.flatMap(({ low, high }) => [low, high]))
}

/** All that a type can hold. */
export function rangeOf(dtype: IntegerDtype): Interval {
  const [low, high] = INTEGER_RANGE[dtype]
  return { low, high }
}

/** @returns what two intervals have in common. They must overlap. */
export function intersection(a: Interval, b: Interval): Interval {
  return { low: highest(a, b).low, high: lowest(a, b).high }
}

/** Whether one interval lies inside another. */
export function contains(outer: Interval, inner: Interval): boolean {
  return outer.low <= inner.low && inner.high <= outer.high
}

/** From the smallest to the largest element of a constant; [0, 0] where it has none. */
export function intervalOf({ data }: IntegerTensor): Interval {
  if (data.length === 0) return { low: 0n, high: 0n }
  let [low = 0] = data as Iterable<number | bigint>
  let high = low
  for (const value of data) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return { low: BigInt(low), high: BigInt(high) }
}

export function add(a: Interval, b: Interval): Interval {
  return { low: a.low + b.low, high: a.high + b.high }
}

export function subtract(a: Interval, b: Interval): Interval {
  return { low: a.low - b.high, high: a.high - b.low }
}

export function multiply(a: Interval, b: Interval): Interval {
  return hull(a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high)
}

/** Of a division that truncates towards zero. The divisor's interval must not hold zero. */
export function divide(a: Interval, b: Interval): Interval {
  const quotients = [a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high]
  return hull(...quotients)
}

export function negate({ low, high }: Interval): Interval {
  return { low: -high, high: -low }
}

/** Of the smaller of two values. */
export function lowest(a: Interval, b: Interval): Interval {
  return { low: hull(a.low, b.low).low, high: hull(a.high, b.high).low }
}

/** Of the larger of two values. */
export function highest(a: Interval, b: Interval): Interval {
  return { low: hull(a.low, b.low).high, high: hull(a.high, b.high).high }
}
