import { Dtype } from '../../tensor.js'
import { channelConstant, scaleBy } from './affine.js'
import type { LoweringContext } from './lowering.js'
import { encodingOf, linear, magnitudeOf, type Quantised } from './quantised.js'
import { castTo } from './requantise.js'
import { absorbing } from './sum.js'

/** Either side of a product of two tensors in 16 bits: their product fits int32. */
const FACTOR_MAX = 2 ** 15
/** Steps that a divisor has between zero and its largest value, and what is divided by it. */
const PRECISION = {
  8: { steps: 2 ** 14, dividendMax: 2 ** 13, productMax: 2 ** 30, dtype: Dtype.int32 },
  16: { steps: 2 ** 22, dividendMax: 2 ** 20, productMax: 2 ** 44, dtype: Dtype.int64 },
} as const

/** The product of two inputs of a node. */
export function lowerProduct(context: LoweringContext): Quantised {
  const [a, b] = context.node.inputs
  if (a === b) return square(context)
  return byConstant(context, 0, 1) ?? byConstant(context, 1, 0) ?? product(context)
}

/** The first input by itself. */
export function square(context: LoweringContext): Quantised {
  const given = context.centred(0, FACTOR_MAX)
  const x = given.scales.length === 1 ? given : context.centredNarrow(0)
  const [scale = 1] = x.scales
  return linear(context.emitter.node('Mul', [x, x], {}, context.node.name), scale * scale)
}

function byConstant(context: LoweringContext, index: number, other: number): Quantised | undefined {
  const constant = context.constant(other)
  const factors = constant && channelConstant(constant, context.inputShape(index))
  if (!factors || context.constant(index)) return undefined
  return scaleBy(absorbing(context, index, factors), factors)
}

function product(context: LoweringContext): Quantised {
  const [a, b] = [0, 1].map((index) => factor(context, index)) as [Quantised, Quantised]
  const [left = 1] = a.scales
  const [right = 1] = b.scales
  return linear(context.emitter.node('Mul', [a, b], {}, context.node.name), left * right)
}

/** A side of a product: as fine as it is, where that leaves room. */
function factor(context: LoweringContext, index: number): Quantised {
  const value = context.input(index)
  if (value.scales.length === 1 && magnitudeOf(value) < FACTOR_MAX) {
    return context.centred(index, FACTOR_MAX)
  }
  const narrow = context.bits === 8 ? context.centredNarrow(index) : undefined
  return narrow ?? context.centred(index, FACTOR_MAX)
}

/** The quotient of two inputs of a node. */
export function lowerQuotient(context: LoweringContext): Quantised {
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
  const divisor = emitter.node('Max', [encoded, emitter.scalar(Dtype.int32, 1)])
  const given = context.centred(0, dividendMax)
  const dividend = given.scales.length === 1 ? given : context.centredNarrow(0)
  const factor = Math.floor(productMax / Math.max(1, magnitudeOf(dividend)))
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
  return linear(result, (dividend.scales[0] as number) / (coarse.scale * factor))
}
