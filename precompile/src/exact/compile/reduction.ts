import { Dtype, type Shape } from '../../tensor.js'
import type { LoweringContext } from './lowering.js'
import { isPlain, linear, magnitudeOf, type Quantised, WIDE_MAX } from './quantised.js'
import { castTo } from './requantise.js'

const INT32_MAX = 2 ** 31 - 1
/** With fewer steps than these, 8 bits are no worse. */
const LEAST_STEPS = 2 ** 9

/** A reduction over the axes that a node names. */
export function lowerReduction(
  context: LoweringContext,
  kind: 'sum' | 'mean' | 'ReduceMax' | 'ReduceMin',
): Quantised {
  const { attributes } = context.node
  const axes = axesOf(context, context.inputShape(0))
  const isKept = attributes.int('keepdims', 1) !== 0
  if (axes.length === 0) return context.input(0)
  if (kind === 'sum' || kind === 'mean') return sumOver(context, axes, isKept, kind === 'mean')
  const x = context.plain(0)
  const isTurned = (x.scales[0] as number) < 0
  const turned = kind === 'ReduceMax' ? 'ReduceMin' : 'ReduceMax'
  const q = castTo(context.emitter, x, Dtype.int32)
  const options = { axes: axes.map(BigInt), keepdims: BigInt(isKept ? 1 : 0) }
  return { ...x, ...context.emitter.node(isTurned ? turned : kind, [q], options) }
}

/** The axes to reduce over, from the front; in an attribute or, in later operator sets, an input. */
function axesOf(context: LoweringContext, { length }: Shape): readonly number[] {
  const { attributes } = context.node
  const given = context.has(1) ? context.integers(1) : attributes.ints('axes')
  if (given && given.length > 0) return given.map((axis) => (axis < 0 ? axis + length : axis))
  if (attributes.int('noop_with_empty_axes', 0) !== 0) return []
  return Array.from({ length }, (_, axis) => axis)
}

/** The input with one scale, as finely as so many of it can be added up. */
function summable(context: LoweringContext, count: number) {
  const given = context.input(0)
  const reach = magnitudeOf(given) * count
  if (isPlain(given) && reach <= INT32_MAX) return { value: given, dtype: Dtype.int32 }
  const isWide = context.bits === 16 || !context.isReal(0)
  if (isPlain(given) && isWide && reach <= WIDE_MAX) return { value: given, dtype: Dtype.int64 }
  const room = Math.floor(INT32_MAX / count)
  const isFine = isPlain(given) && room > LEAST_STEPS
  return { value: isFine ? context.centred(0, room) : context.narrow(0), dtype: Dtype.int32 }
}

/** The sum over axes, or the mean: the same integers with a smaller scale. */
export function sumOver(
  context: LoweringContext,
  axes: readonly number[],
  isKept: boolean,
  isMean: boolean,
): Quantised {
  const { emitter } = context
  const count = axes.reduce((product, axis) => product * (context.inputShape(0)[axis] as number), 1)
  const { value: x, dtype } = summable(context, count)
  const [scale = 1] = x.scales
  const [zero = 0] = x.zeros
  const q = castTo(emitter, x, dtype)
  const keepdims = BigInt(isKept ? 1 : 0)
  const sum = emitter.node('ReduceSum', [q, emitter.list(axes)], { keepdims }, context.node.name)
  return linear(sum, isMean ? scale / count : scale, zero * count)
}
