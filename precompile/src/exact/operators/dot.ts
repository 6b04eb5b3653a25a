import { Dtype } from '../../tensor.js'
import { add, type Interval, multiply, union } from '../interval.js'
import type { IntegerTensor } from '../tensor.js'
import type { BoundsContext, ExactValue } from './operator.js'

/** Which elements of a constant are multiplied and summed up together: those that differ in the middle index alone. */
export interface Lines {
  readonly outer: number
  readonly length: number
  readonly inner: number
}

/** The constant side of a sum of products. */
export interface Weights extends Lines {
  readonly tensor: IntegerTensor
  /** What is subtracted from each element, by the outer and the inner index of its line. */
  zero(outer: number, inner: number): number
}

export interface DotBounds {
  /** Of every sum of some of the products, whatever the order and the blocks in which an engine adds them up. */
  readonly partial: Interval
  readonly result: Interval
}

const ZERO: Interval = { low: 0n, high: 0n }
/** What a line costs beside its elements, in elements. */
const LINE = 256
/** Sums of so many int32 are whole numbers below 2^53. */
const EXACT_LENGTH = 2 ** 21

/** Bounds of sums of `length` products of two values that are not known. */
export function dotOf(length: number, a: Interval, b: Interval): DotBounds {
  const count = { low: BigInt(length), high: BigInt(length) }
  const product = multiply(a, b)
  return { partial: multiply(count, union(ZERO, product)), result: multiply(count, product) }
}

/** Bounds of sums of products of known weights with values of an interval. */
export function weightedDot(context: BoundsContext, weights: Weights, x: Interval): DotBounds {
  const isWide = weights.tensor.dtype === Dtype.int64 || weights.length >= EXACT_LENGTH
  context.spend(weights.tensor.data.length * (isWide ? 16 : 1))
  context.spend(weights.outer * weights.inner * LINE)
  let bounds: DotBounds | undefined
  for (const line of isWide ? bigSums(weights) : quickSums(weights)) {
    const next = lineBounds(line, x)
    bounds = {
      partial: union(bounds?.partial ?? next.partial, next.partial),
      result: union(bounds?.result ?? next.result, next.result),
    }
  }
  return bounds ?? { partial: ZERO, result: ZERO }
}

/** The sums of the weights above zero and of those below it. */
interface LineSums {
  readonly above: bigint
  readonly below: bigint
}

function lineBounds({ above, below }: LineSums, x: Interval): DotBounds {
  const [over, under] = [
    { low: above, high: above },
    { low: below, high: below },
  ]
  const open = union(ZERO, x)
  return {
    partial: add(multiply(over, open), multiply(under, open)),
    result: add(multiply(over, x), multiply(under, x)),
  }
}

function* quickSums({ tensor, outer, length, inner, zero }: Weights): Generator<LineSums> {
  const [above, below] = [new Float64Array(inner), new Float64Array(inner)]
  let next = 0
  for (let o = 0; o < outer; o++) {
    above.fill(0)
    below.fill(0)
    for (let k = 0; k < length; k++) {
      for (let i = 0; i < inner; i++) {
        const weight = (tensor.data[next++] as number) - zero(o, i)
        if (weight > 0) above[i] = (above[i] as number) + weight
        else below[i] = (below[i] as number) + weight
      }
    }
    for (let i = 0; i < inner; i++) {
      yield { above: BigInt(above[i] as number), below: BigInt(below[i] as number) }
    }
  }
}

function* bigSums({ tensor, outer, length, inner, zero }: Weights): Generator<LineSums> {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let [above, below] = [0n, 0n]
      for (let k = 0; k < length; k++) {
        const element = tensor.data[(o * length + k) * inner + i] as number | bigint
        const weight = BigInt(element) - BigInt(zero(o, i))
        if (weight > 0n) above += weight
        else below += weight
      }
      yield { above, below }
    }
  }
}

/** The interval of a value less its zero point. */
export function centred({ interval }: ExactValue, zeros: readonly number[]): Interval {
  const low = zeros.reduce((a, b) => Math.max(a, b))
  const high = zeros.reduce((a, b) => Math.min(a, b))
  return { low: interval.low - BigInt(low), high: interval.high - BigInt(high) }
}
