import { Dtype } from '../../tensor.js'
import { channelConstant, scaleBy } from './affine.js'
import type { LoweringContext } from './lowering.js'
import { encodingOf, linear, magnitudeOf, type Quantised } from './quantised.js'
import { castTo } from './requantise.js'
import { absorbing } from './sum.js'

const INT32_MAX = 2 ** 31 - 1
/** Either side of a product of two tensors: that of 8 bits fits int32. */
const FACTOR_MAX = { 8: 2 ** 15, 16: 2 ** 19 } as const
/** What is squared, of which many may be added up. */
const ROOT_MAX = { 8: 2 ** 15, 16: 2 ** 21 } as const
/** Steps that a divisor has between zero and its largest value, and what is divided by it. */
const PRECISION = {
  8: { steps: 2 ** 14, dividendMax: 2 ** 13, productMax: 2 ** 30, dtype: Dtype.int32 },
  16: { steps: 2 ** 22, dividendMax: 2 ** 20, productMax: 2 ** 44, dtype: Dtype.int64 },
} as const

/** Of a quotient by the lowest divisor. */
const QUOTIENT_MAX = 2 ** 30

/** The product of two inputs of a node. */
export function lowerProduct(context: LoweringContext): Quantised {
  const [a, b] = context.node.inputs
  if (a === b) return square(context)
  return byConstant(context, 0, 1) ?? byConstant(context, 1, 0) ?? product(context)
}

/** The first input by itself. */
export function square(context: LoweringContext): Quantised {
  const { emitter, node, bits } = context
  const given = context.centred(0, ROOT_MAX[bits])
  const x = given.scales.length === 1 ? given : context.centredNarrow(0)
  const [scale = 1] = x.scales
  const side = castTo(emitter, x, bits === 8 ? Dtype.int32 : Dtype.int64)
  return linear(emitter.node('Mul', [side, side], {}, node.name), scale * scale)
}

function byConstant(context: LoweringContext, index: number, other: number): Quantised | undefined {
  const constant = context.constant(other)
  const factors = constant && channelConstant(constant, context.inputShape(index))
  if (!factors || context.constant(index)) return undefined
  return scaleBy(absorbing(context, index, factors), factors)
}

function product(context: LoweringContext): Quantised {
  const { emitter } = context
  const [a, b] = [0, 1].map((index) => factor(context, index)) as [Quantised, Quantised]
  const dtype = magnitudeOf(a) * magnitudeOf(b) <= INT32_MAX ? Dtype.int32 : Dtype.int64
  const sides = [castTo(emitter, a, dtype), castTo(emitter, b, dtype)]
  const [left = 1] = a.scales
  const [right = 1] = b.scales
  return linear(emitter.node('Mul', sides, {}, context.node.name), left * right)
}

/** A side of a product: as fine as it is, where that leaves room. */
function factor(context: LoweringContext, index: number): Quantised {
  const most = FACTOR_MAX[context.bits]
  const value = context.input(index)
  if (value.scales.length === 1 && magnitudeOf(value) < most) return context.centred(index, most)
  return context.bits === 8 ? context.centredNarrow(index) : context.centred(index, most)
}

/** The quotient of two inputs of a node. */
export function lowerQuotient(context: LoweringContext): Quantised {
  if (!context.isReal(0)) context.refuse('it divides integers', 'Divide reals.')
  const constant = context.constant(1)
  const divisors = constant && channelConstant(constant, context.inputShape(0))
  if (divisors && !context.constant(0)) {
    const factors = { ...divisors, values: Array.from(divisors.values, (real) => 1 / real) }
    if (!factors.values.every(Number.isFinite)) context.refuse('it divides by zero')
    return scaleBy(absorbing(context, 0, factors), factors)
  }
  return quotient(context)
}

function quotient(context: LoweringContext): Quantised {
  const { emitter } = context
  const range = context.inputRange(1)
  if (range.low <= 0) {
    context.refuse(
      `the divisor was as low as ${range.low} in calibration`,
      'Divide by values above zero alone, for example with a Max or an epsilon before the division.',
    )
  }
  const { steps, dividendMax, productMax, dtype } = PRECISION[context.bits]
  const { scale, high } = encodingOf(range, 16)
  const coarse = { dtype: Dtype.int32, scale: (scale * high) / steps, zero: 0, high: steps }
  const encoded = context.requantise(context.input(1), coarse)
  // Below half of the least that was seen, a divisor is taken for that half.
  const least = Math.max(1, Math.floor(range.low / (2 * coarse.scale)))
  const divisor = emitter.node('Max', [encoded, emitter.scalar(Dtype.int32, least)])
  const given = context.centred(0, dividendMax)
  const dividend = given.scales.length === 1 ? given : context.centredNarrow(0)
  // By the least divisor, too, the quotient fits int32: whoever brings it to a narrower scale need not clamp int64.
  const room = Math.min(productMax, QUOTIENT_MAX * least)
  const factor = Math.max(1, Math.floor(room / Math.max(1, magnitudeOf(dividend))))
  const widened = emitter.node('Mul', [
    castTo(emitter, dividend, dtype),
    emitter.scalar(dtype, factor),
  ])
  const result = emitter.node(
    'Div',
    [widened, castTo(emitter, divisor, dtype)],
    {},
    context.node.name,
  )
  const fits = magnitudeOf(result) <= INT32_MAX
  const quotient = fits ? castTo(emitter, result, Dtype.int32) : result
  return linear(quotient, (dividend.scales[0] as number) / (coarse.scale * factor))
}
