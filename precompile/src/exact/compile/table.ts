import { Dtype } from '../../tensor.js'
import { integerTensor } from '../tensor.js'
import type { Lowering, LoweringContext } from './lowering.js'
import { type Encoded, encodingOf, isPlain, linear, type Quantised } from './quantised.js'
import { castTo } from './requantise.js'

/** Steps of an input that has more resolution than 8 bits: functions with a steep part need them. */
const FINE_STEPS = 4095
/** Steps of a result that nothing narrows. */
const WIDE_STEPS = 2 ** 24 - 1

/**
 * A function of one number as a table with an entry for each step of its input.
 * Where the function has no finite value, or one beyond what calibration saw, the entry is the bound of that range.
 */
export function tabulated(apply: (x: number) => number): Lowering {
  return (context) => [lookUp(context, fine(context, 0), apply)]
}

/** Looks every element up in a table of the function's values. @param x - Plain, with integers from 0. */
export function lookUp(
  context: LoweringContext,
  x: Quantised,
  apply: (x: number) => number,
): Quantised {
  const { emitter } = context
  const target = context.isWide(0) ? wideTarget(context) : context.target(0)
  const range = context.outputRange(0)
  const [scale = 1] = x.scales
  const [zero = 0] = x.zeros
  const entries = Array.from({ length: Number(x.interval.high) + 1 }, (_, q) => {
    const y = apply((q - zero) * scale)
    const inside = Number.isNaN(y) ? range.low : Math.min(range.high, Math.max(range.low, y))
    return Math.min(target.high, Math.max(0, Math.round(inside / target.scale) + target.zero))
  })
  const table = emitter.constant(integerTensor(target.dtype, [entries.length], entries), 'table')
  const index = castTo(emitter, x, Dtype.int32)
  return linear(emitter.node('Gather', [table, index]), target.scale, target.zero)
}

/** An input with the most resolution that a table has entries for: more than 8 bits where there is more to have. */
export function fine(context: LoweringContext, index: number): Quantised {
  const value = context.input(index)
  const isNarrow = value.dtype === Dtype.uint8 && isPlain(value)
  if (isNarrow || context.bits === 16) return context.narrow(index)
  const target = scaledTo(encodingOf(context.inputRange(index), 16), 65535, FINE_STEPS)
  return context.requantise(value, target)
}

function wideTarget(context: LoweringContext): Encoded {
  return scaledTo(encodingOf(context.outputRange(0), 16), 65535, WIDE_STEPS)
}

/** The same range in another number of steps. */
function scaledTo({ scale, zero }: Encoded, from: number, to: number): Encoded {
  const finer = (scale * from) / to
  return {
    dtype: Dtype.int32,
    scale: finer,
    zero: Math.min(to, Math.round((zero * scale) / finer)),
    high: to,
  }
}
