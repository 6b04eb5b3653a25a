import { Dtype } from '../../tensor.js'
import { canAbsorb, channelConstant, scaleBy, shiftBy } from './affine.js'
import type { Emitted } from './emit.js'
import type { LoweringContext } from './lowering.js'
import {
  at,
  channelShape,
  channelsOf,
  isClamped,
  linear,
  magnitudeOf,
  type Quantised,
  UNCLAMPED,
} from './quantised.js'
import { castTo } from './requantise.js'
import { perChannel } from './weights.js'

const ACCUMULATOR_MAX = 2 ** 30
/** Up to so many steps a factor is made larger, so that rounding it to a whole number changes less. */
const FINE_FACTOR = { 8: 2 ** 9, 16: 2 ** 14 } as const
/** How far a ratio may be from what is taken for it, as a share of it. */
const NEAR = { 8: 2 ** -9, 16: 2 ** -13 } as const
/** How far sums of int64 may grow: requantising multiplies them and adds to them in turn. */
const WIDE_ROOM = 2 ** 48

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
  const rank = Math.max(base.shape.length, given.shape.length)
  const axis = base.axis + rank - base.shape.length
  const isMatched = given.axis + rank - given.shape.length === axis
  const isSingle = channelsOf(given) === 1
  const other =
    isSingle || (isMatched && channelsOf(given) === channelsOf(base)) ? given : context.unify(given)
  const channels = Math.max(channelsOf(base), channelsOf(other))
  const each = Array.from(
    { length: Math.max(base.scales.length, other.scales.length) },
    (_, c) => c,
  )
  const ratios = each.map((c) => at(other.scales, c) / at(base.scales, c))
  const common = commonFactor(context, ratios, base, other)
  if (!common) return coarseSum(context, base, other)
  const { factor, dtype } = common
  const factors = ratios.map((ratio) => Math.round(ratio * factor))
  const shape = channelShape({ ...base, shape: new Array(rank).fill(1), axis }, factors.length)
  let left: Emitted = castTo(emitter, base, dtype)
  if (factor !== 1) left = emitter.node('Mul', [left, emitter.scalar(dtype, factor)])
  let right: Emitted = castTo(emitter, other, dtype)
  if (factors.some((one) => one !== 1)) {
    right = emitter.node('Mul', [right, perChannel(emitter, dtype, shape, factors)])
  }
  const sum = emitter.node('Add', [left, right], {}, context.node.name)
  const zeros = Array.from(
    { length: channels },
    (_, c) => at(base.zeros, c) * factor + at(other.zeros, c) * at(factors, c),
  )
  const scales = base.scales.map((scale) => scale / factor)
  return { ...sum, scales, zeros, axis, clamp: UNCLAMPED }
}

/** Of the sum, in steps of the base. */
function reachOf(ratios: readonly number[], base: Quantised, other: Quantised): number {
  return magnitudeOf(base) + Math.max(...ratios.map(Math.abs)) * magnitudeOf(other)
}

/** Where one value is too fine for the size of the other, both are made coarser. */
function coarseSum(context: LoweringContext, ...values: Quantised[]): Quantised {
  const { emitter, node } = context
  const [a, b] = context.align(values) as [Quantised, Quantised]
  const sides = [a, b].map((side) => castTo(emitter, side, Dtype.int64))
  const [zero = 0] = a.zeros
  return linear(emitter.node('Add', sides, {}, node.name), a.scales[0] as number, 2 * zero)
}

interface CommonFactor {
  readonly factor: number
  readonly dtype: typeof Dtype.int32 | typeof Dtype.int64
}

/** The smallest factor for which all ratios are nearly whole; undefined where int64 has no room for it. */
function commonFactor(
  { bits }: LoweringContext,
  ratios: readonly number[],
  base: Quantised,
  other: Quantised,
): CommonFactor | undefined {
  const least = Math.min(...ratios.map(Math.abs))
  const reach = reachOf(ratios, base, other)
  const isWide = [base, other].some(({ dtype }) => dtype === Dtype.int64)
  const types = [
    { dtype: Dtype.int32, room: isWide ? 0 : ACCUMULATOR_MAX },
    { dtype: Dtype.int64, room: WIDE_ROOM },
  ] as const
  for (const { dtype, room } of types) {
    let factor = 1
    while (factor * least < FINE_FACTOR[bits] && 2 * factor * reach <= room) factor *= 2
    const isNear = ratios.every((ratio) => {
      const size = Math.abs(ratio) * factor
      return Math.abs(size - Math.round(size)) <= NEAR[bits] * size
    })
    if (isNear && factor * reach <= room) return { factor, dtype }
  }
  return undefined
}
