import { Dtype, type Shape } from '../../tensor.js'
import { integerTensor } from '../tensor.js'
import type { Emitted, Emitter } from './emit.js'
import type { Encoded } from './quantised.js'

/** The zero point of 8-bit weights: products of two uint8 are the fast ones. */
export const WEIGHT_ZERO = 128
const LARGEST_WEIGHT = 127
/** Divisors below this would cost the weights resolution. */
const SMALLEST_DIVISOR = 8
const LARGEST_DIVISOR = 2 ** 21
const ZERO_ROOM = 2 ** 29
const ACCUMULATOR_MAX = 2 ** 30
const WIDE_STEPS = 64

/** Scales of the weights of each output channel. */
export interface ScalePlan {
  readonly weights: readonly number[]
  /** Factors by which the sums of the channels are brought to one scale; undefined where the scales stay apart. */
  readonly factors: readonly number[] | undefined
}

/**
 * Chooses the scales of weights.
 * @param largest - The largest absolute weight of each output channel.
 * @param inputScale - Scale of what they are multiplied with.
 * @param target - The encoding that the sums are brought to: with whole divisors, so that nothing is lost there.
 * Undefined where the sums are an output of the graph: with whole factors to one scale.
 * @param terms - Number of products in a sum.
 */
export function planScales(
  largest: readonly number[],
  inputScale: number,
  target: Encoded | undefined,
  terms: number,
): ScalePlan {
  const least = largest.map((weight) => weight / LARGEST_WEIGHT)
  return target ? dividing(least, inputScale, target, terms) : multiplying(least)
}

function dividing(
  least: readonly number[],
  inputScale: number,
  target: Encoded,
  terms: number,
): ScalePlan {
  const room = ACCUMULATOR_MAX / (terms * 255 * LARGEST_WEIGHT)
  const quotients = least.map((scale) => target.scale / (inputScale * scale))
  let factor = 1
  const smallest = Math.min(...quotients)
  while (factor * smallest < SMALLEST_DIVISOR && factor * 2 <= room && factor < 64) factor *= 2
  // Zero times the divisor is added to the sums: of channels that are almost zero, too, it fits int32.
  const most = Math.min(LARGEST_DIVISOR, Math.floor(ZERO_ROOM / (target.zero + 1)))
  const weights = quotients.map((quotient) => {
    const divisor = Math.min(most, Math.max(1, Math.floor(factor * quotient)))
    const planned = (target.scale * factor) / (inputScale * divisor)
    // A divisor of 1 may not be enough for large weights: then the ratio is approximated later.
    return factor * quotient < 1 ? target.scale / (inputScale * quotient) : planned
  })
  return { weights, factors: undefined }
}

function multiplying(least: readonly number[]): ScalePlan {
  const used = least.filter((scale) => scale > 0)
  if (used.length === 0) return { weights: least.map(() => 1), factors: least.map(() => 1) }
  const largest = Math.max(...used)
  if (used.length === 1) {
    return { weights: least.map(() => largest), factors: least.map(() => 1) }
  }
  // Small channels must not ask for factors that overflow.
  const step = Math.max(Math.min(...used) / WIDE_STEPS, largest / (8 * WIDE_STEPS))
  const factors = least.map((scale) => Math.max(1, Math.ceil(scale / step)))
  return { weights: factors.map((factor) => factor * step), factors }
}

/** Weights as uint8 around 128. @param scaleOf - Scale of the weight at an index. */
export function quantiseWeights(
  emitter: Emitter,
  shape: Shape,
  values: ArrayLike<number>,
  scaleOf: (index: number) => number,
): Emitted {
  const data = Uint8Array.from({ length: values.length }, (_, i) => {
    const q = Math.round((values[i] as number) / scaleOf(i))
    return WEIGHT_ZERO + Math.min(LARGEST_WEIGHT, Math.max(-LARGEST_WEIGHT, q))
  })
  return emitter.constant({ dtype: Dtype.uint8, shape, data }, 'weights')
}

/** One factor or number a channel as a constant that broadcasts. */
export function perChannel(
  emitter: Emitter,
  dtype: typeof Dtype.int32 | typeof Dtype.int64,
  shape: Shape,
  numbers: readonly number[],
): Emitted {
  return emitter.constant(integerTensor(dtype, shape, numbers.map(BigInt)))
}
