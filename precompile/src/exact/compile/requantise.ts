import { Dtype } from '../../tensor.js'
import { integerTensor } from '../tensor.js'
import type { Emitted, Emitter } from './emit.js'
import { EmitError } from './errors.js'
import {
  at,
  channelShape,
  channelsOf,
  type Encoded,
  isClamped,
  linear,
  magnitudeOf,
  type Quantised,
  WIDE_MAX,
} from './quantised.js'

const INT32_MAX = 2 ** 31 - 1
type Wide = typeof Dtype.int32 | typeof Dtype.int64
/** What a wrong last step may add to a rounding error, in steps of the result at its largest. */
const STEP_TOLERANCE = 1 / 8
const LARGEST_FACTOR = 2 ** 24
/** A channel whose integers never reach this share of a step is zero, whatever its divisor. */
const NOTHING = 1 / 4

/** (q · factor · sign + bias) / divisor, for each channel. */
interface Ratio {
  readonly factor: number
  /** −1 where divisors of both signs would not exclude a divisor of zero. */
  readonly signs: readonly number[]
  readonly divisors: readonly number[]
}

/**
 * Brings a tensor to integers from 0 to `target.high` with one scale: rounded to nearest, halves up, clamped.
 * It takes `Mul, Add, Div, Clip, Cast`, of which those that would do nothing are left out, and a choice of int64 where a
 * quotient does not fit int32. The result has no clamp: it was part of the Clip.
 * @throws EmitError when it does not fit int64 either.
 */
export function requantise(emitter: Emitter, value: Quantised, target: Encoded): Quantised {
  if (isEncoded(value, target)) return value
  const channels = channelsOf(value)
  const { scale, zero } = target
  const ratios = Array.from({ length: channels }, (_, c) => at(value.scales, c) / scale)
  const { wide, ...ratio } = findRatio(value, ratios, target)
  const biases = biasesOf(value, ratio, zero)
  const shape = channelShape(value, channels)
  const perChannel = (numbers: readonly number[]) => {
    const isSame = numbers.every((number) => number === numbers[0])
    return emitter.constant(
      integerTensor(
        wide,
        isSame ? [] : shape,
        (isSame ? numbers.slice(0, 1) : numbers).map(BigInt),
      ),
    )
  }
  let q: Emitted = castTo(emitter, value, wide)
  const factors = ratio.signs.map((sign) => sign * ratio.factor)
  if (factors.some((factor) => factor !== 1)) q = emitter.node('Mul', [q, perChannel(factors)])
  if (biases.some((bias) => bias !== 0)) q = emitter.node('Add', [q, perChannel(biases)])
  if (ratio.divisors.some((divisor) => divisor !== 1)) {
    q = emitter.node('Div', [q, perChannel(ratio.divisors)])
  }
  const bounds = boundsOf(value, target)
  const narrow = castTo(emitter, chooseInside(emitter, q, bounds), Dtype.int32)
  const clipped = clipTo(emitter, narrow, bounds)
  return linear(castTo(emitter, clipped, target.dtype), scale, zero)
}

/** Whether a tensor already is what is wanted. */
export function isEncoded(value: Quantised, { dtype, scale, zero, high }: Encoded): boolean {
  return (
    value.dtype === dtype &&
    !isClamped(value.clamp) &&
    value.scales.every((own) => own === scale) &&
    value.zeros.every((own) => own === zero) &&
    value.interval.low >= 0n &&
    value.interval.high <= BigInt(high)
  )
}

/** The value itself where it is of the type. */
export function castTo(emitter: Emitter, value: Emitted, dtype: Emitted['dtype']): Emitted {
  if (value.dtype === dtype) return value
  return emitter.node('Cast', [value], { to: BigInt(dtype) })
}

/** The smallest integer between the bounds that a value is clamped to and those that its encoding has. */
function boundsOf({ clamp }: Quantised, { scale, zero, high }: Encoded) {
  const inside = (real: number) => Math.min(high, Math.max(0, Math.round(real / scale) + zero))
  return { low: inside(clamp.low), high: inside(clamp.high) }
}

interface Bounds {
  readonly low: number
  readonly high: number
}

/** A value that may leave int32, inside bounds: the exact subset has no Clip of int64. */
function chooseInside(emitter: Emitter, value: Emitted, { low, high }: Bounds): Emitted {
  let inside = value
  if (value.interval.high > INT32_MAX) {
    const top = emitter.scalar(value.dtype, high)
    inside = emitter.node('Where', [emitter.node('Greater', [inside, top]), top, inside])
  }
  if (value.interval.low < -INT32_MAX) {
    const bottom = emitter.scalar(value.dtype, low)
    inside = emitter.node('Where', [emitter.node('Less', [inside, bottom]), bottom, inside])
  }
  return inside
}

function clipTo(emitter: Emitter, value: Emitted, bounds: Bounds): Emitted {
  const { low, high } = value.interval
  if (low >= BigInt(bounds.low) && high <= BigInt(bounds.high)) return value
  const [bottom, top] = [bounds.low, bounds.high].map((bound) => emitter.scalar(value.dtype, bound))
  return emitter.node('Clip', [value, bottom, top])
}

/**
 * A common factor and a divisor a channel whose quotients are near the ratios. Where the divisors were chosen first and
 * the scales after them, the factor is 1 and nothing is lost.
 */
function findRatio(
  value: Quantised,
  ratios: readonly number[],
  target: Encoded,
): Ratio & { wide: Wide } {
  const near = nearRatio(value, ratios, target, INT32_MAX)
  if (near?.isNear) return { ...near, wide: Dtype.int32 }
  const nearer = nearRatio(value, ratios, target, WIDE_MAX)
  if (nearer) return { ...nearer, wide: Dtype.int64 }
  throw new EmitError(
    `integers from ${value.interval.low} to ${value.interval.high} leave no room in int64 to bring them to another scale`,
  )
}

/** The smallest factor that is near enough, or the largest that leaves all sums within the limit. */
function nearRatio(
  value: Quantised,
  ratios: readonly number[],
  target: Encoded,
  limit: number,
): (Ratio & { isNear: boolean }) | undefined {
  const tolerance = STEP_TOLERANCE / target.high
  // The zero and a half are multiplied by the divisor and added before the division.
  const largest = Math.floor(limit / (2 * (target.zero + 1)))
  const signs = signsOf(ratios)
  let best: Ratio | undefined
  for (const factor of factors()) {
    const divisors = ratios.map((ratio, c) => nearestDivisor(factor, ratio * at(signs, c), largest))
    const candidate = { factor, signs, divisors }
    if (!fits(value, candidate, target, limit)) break
    best = candidate
    const isNear = ratios.every((size, c) => {
      const divisor = divisors[c] as number
      const ratio = size * at(signs, c)
      const isZero = Math.abs(ratio) * magnitudeOf(value) < NOTHING
      return isZero || Math.abs((divisor * ratio) / factor - 1) <= tolerance
    })
    if (isNear) return { ...candidate, isNear }
  }
  return best && { ...best, isNear: false }
}

function signsOf(ratios: readonly number[]): readonly number[] {
  const isMixed = ratios.some((ratio) => ratio < 0) && ratios.some((ratio) => ratio > 0)
  return isMixed ? ratios.map((ratio) => (ratio < 0 ? -1 : 1)) : [1]
}

function* factors(): Generator<number> {
  for (let factor = 1; factor <= 64; factor++) yield factor
  for (let factor = 128; factor <= LARGEST_FACTOR; factor *= 2) yield factor
}

function nearestDivisor(factor: number, ratio: number, largest: number): number {
  const divisor = Math.round(factor / ratio)
  if (!(Math.abs(divisor) <= largest)) return largest
  return divisor === 0 ? Math.sign(ratio) : divisor
}

/** Half a divisor rounds to nearest; the division truncates towards zero, and what is below zero is clipped anyway. */
function biasesOf(value: Quantised, { factor, signs, divisors }: Ratio, zero: number): number[] {
  return divisors.map((divisor, c) => {
    const offset = zero * divisor + divisor / 2 - at(value.zeros, c) * factor * at(signs, c)
    return Math.floor(offset)
  })
}

function fits(value: Quantised, ratio: Ratio, { zero }: Encoded, limit: number): boolean {
  const product = magnitudeOf(value) * ratio.factor
  const biases = biasesOf(value, ratio, zero)
  return biases.every((bias) => product + Math.abs(bias) <= limit)
}
