import { Dtype } from '../../tensor.js'
import { canAbsorb, channelConstant, scaleBy, shiftBy } from './affine.js'
import type { Emitted } from './emit.js'
import type { LoweringContext } from './lowering.js'
import {
  at,
  channelShape,
  channelsOf,
  isClamped,
  magnitudeOf,
  type Quantised,
  UNCLAMPED,
} from './quantised.js'
import { castTo } from './requantise.js'
import { perChannel } from './weights.js'

const ACCUMULATOR_MAX = 2 ** 30
/** A factor of at least this many steps gets a scale right to a quarter of a percent of one. */
const FINE_FACTOR = 512

/** a + sign · b, for two inputs of a node of which one may be a constant. */
export function lowerSum(context: LoweringContext, sign: 1 | -1): Quantised {
  const signed = (value: Quantised, isSecond: boolean) =>
    isSecond && sign < 0 ? scaleBy(value, { axis: 0, values: [-1] }) : value
  for (const [side, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const constant = context.constant(other)
    if (!constant || context.constant(side)) continue
    const offset = channelConstant(constant, context.inputShape(side))
    if (!offset) continue
    const value = signed(absorbing(context, side, offset), side === 1)
    const values = Array.from(offset.values, (real) => (other === 1 ? sign * real : real))
    return shiftBy(value, { ...offset, values })
  }
  return addTensors(context, context.input(0), signed(context.input(1), true))
}

/** The input in a form whose scales and zeros can take the constant up. */
export function absorbing(
  context: LoweringContext,
  index: number,
  constant: Parameters<typeof canAbsorb>[1],
): Quantised {
  const value = context.input(index)
  return canAbsorb(value, constant) ? value : context.narrow(index)
}

/**
 * The sum of two tensors that broadcast. The one with more channels, or the finer scale, keeps its scales (times a
 * common factor); the other is multiplied to meet them. Zeros add up and are left to whoever asks for the sum.
 */
export function addTensors(context: LoweringContext, a: Quantised, b: Quantised): Quantised {
  const [base, other] = isBase(a, b) ? [a, b] : [b, a]
  return sumOnto(context, ready(context, base), ready(context, other))
}

function isBase(a: Quantised, b: Quantised): boolean {
  if (channelsOf(a) !== channelsOf(b)) return channelsOf(a) > channelsOf(b)
  return Math.abs(a.scales[0] as number) <= Math.abs(b.scales[0] as number)
}

/** Clamps cannot wait beyond a sum. */
function ready(context: LoweringContext, value: Quantised): Quantised {
  return isClamped(value.clamp) ? context.unify(value) : value
}

function sumOnto(context: LoweringContext, base: Quantised, given: Quantised): Quantised {
  const { emitter } = context
  const other = channelsOf(given) === 1 ? given : context.unify(given)
  const [otherScale] = other.scales as [number]
  const [otherZero] = other.zeros as [number]
  const ratios = base.scales.map((scale) => otherScale / scale)
  const factor = commonFactor(ratios, magnitudeOf(base), magnitudeOf(other))
  const factors = ratios.map((ratio) => Math.round(ratio * factor))
  const rank = Math.max(base.shape.length, other.shape.length)
  const axis = base.axis + rank - base.shape.length
  const shape = channelShape({ ...base, shape: new Array(rank).fill(1), axis }, factors.length)
  let left: Emitted = castTo(emitter, base, Dtype.int32)
  if (factor !== 1) left = emitter.node('Mul', [left, emitter.scalar(Dtype.int32, factor)])
  let right: Emitted = castTo(emitter, other, Dtype.int32)
  if (factors.some((one) => one !== 1)) {
    right = emitter.node('Mul', [right, perChannel(emitter, Dtype.int32, shape, factors)])
  }
  const sum = emitter.node('Add', [left, right], {}, context.node.name)
  const channels = Math.max(channelsOf(base), factors.length)
  const zeros = Array.from(
    { length: channels },
    (_, c) => at(base.zeros, c) * factor + otherZero * at(factors, c),
  )
  return {
    ...sum,
    scales: base.scales.map((scale) => scale / factor),
    zeros,
    axis,
    clamp: UNCLAMPED,
  }
}

/** The smallest factor for which all ratios are nearly whole, as far as int32 has room. */
function commonFactor(ratios: readonly number[], base: number, other: number): number {
  const sizes = ratios.map(Math.abs)
  const [least, largest] = [Math.min(...sizes), Math.max(...sizes)]
  let factor = 1
  while (factor * least < FINE_FACTOR && 2 * factor * (base + largest * other) <= ACCUMULATOR_MAX) {
    factor *= 2
  }
  return factor
}
