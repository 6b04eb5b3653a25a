import { Dtype } from '../../tensor.js'
import type { Emitted, Emitter } from './emit.js'
import { EmitError } from './errors.js'
import {
  at,
  channelShape,
  channelsOf,
  linear,
  magnitudeOf,
  type Quantised,
  WIDE_MAX,
} from './quantised.js'
import { castTo } from './requantise.js'
import { perChannel } from './weights.js'

const INT32_MAX = 2 ** 31 - 1
/** A factor or divisor of at least this many steps is right to a ten-thousandth when it is rounded. */
const FINE = 2 ** 12
/** How near to a whole number a ratio must be to count as one. */
const EXACT = 1e-9
const LARGEST_SHIFT = 44

/** q · factor / divisor, for each channel. */
interface Ratio {
  readonly factors: readonly number[]
  readonly divisors: readonly number[]
}

/**
 * All channels in steps of one size with their zeros at 0, rounded to nearest and not clamped: int32 where it fits.
 * The clamp that a value still waits for is left out.
 * @throws EmitError when int64 has no room.
 */
export function settle(emitter: Emitter, value: Quantised, step: number): Quantised {
  const channels = channelsOf(value)
  const ratios = Array.from({ length: channels }, (_, c) => at(value.scales, c) / step)
  const { factors, divisors } = ratioOf(value, ratios)
  const biases = factors.map((factor, c) => {
    const divisor = at(divisors, c)
    return Math.round(-at(value.zeros, c) * factor + (Math.abs(divisor) > 1 ? divisor / 2 : 0))
  })
  const reach = Math.max(
    ...factors.map(
      (factor, c) => magnitudeOf(value) * Math.abs(factor) + Math.abs(biases[c] as number),
    ),
  )
  if (reach > WIDE_MAX)
    throw new EmitError(`a scale for all channels takes integers up to ${reach}`)
  const isWide = value.dtype === Dtype.int64 || reach > INT32_MAX
  const dtype = isWide ? Dtype.int64 : Dtype.int32
  const shape = channelShape(value, channels)
  const each = (numbers: readonly number[]) => {
    const isSame = numbers.every((number) => number === numbers[0])
    return isSame
      ? emitter.scalar(dtype, numbers[0] as number)
      : perChannel(emitter, dtype, shape, numbers)
  }
  let q: Emitted = castTo(emitter, value, dtype)
  if (factors.some((factor) => factor !== 1)) q = emitter.node('Mul', [q, each(factors)])
  if (biases.some((bias) => bias !== 0)) q = emitter.node('Add', [q, each(biases)])
  if (divisors.some((divisor) => divisor !== 1)) q = emitter.node('Div', [q, each(divisors)])
  return linear(fits(q) ? castTo(emitter, q, Dtype.int32) : q, step)
}

function fits({ interval }: Emitted): boolean {
  return interval.low >= -(2n ** 31n) && interval.high < 2n ** 31n
}

/** Whole factors where they are near enough, divisors where these are, and a fraction of a power of two otherwise. */
function ratioOf(value: Quantised, ratios: readonly number[]): Ratio {
  const sizes = ratios.map(Math.abs)
  const [least, largest] = [Math.min(...sizes), Math.max(...sizes)]
  const isWhole = (size: number) =>
    size >= FINE / 2 || (size >= 1 - EXACT && Math.abs(size - Math.round(size)) <= EXACT * size)
  if (sizes.every(isWhole)) return { factors: ratios.map(Math.round), divisors: [1] }
  const isOneSign = ratios.every((ratio) => ratio > 0) || ratios.every((ratio) => ratio < 0)
  if (isOneSign && 1 / largest >= FINE / 2) {
    return { factors: ratios.map(() => 1), divisors: ratios.map((ratio) => Math.round(1 / ratio)) }
  }
  const room = Math.floor(Math.log2(WIDE_MAX / (4 * Math.max(1, magnitudeOf(value)) * largest)))
  const wanted = Math.ceil(Math.log2(FINE / least))
  const divisor = 2 ** Math.max(0, Math.min(LARGEST_SHIFT, room, wanted))
  return { factors: ratios.map((ratio) => Math.round(ratio * divisor)), divisors: [divisor] }
}
