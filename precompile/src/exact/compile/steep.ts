import { Dtype } from '../../tensor.js'
import { integerTensor } from '../tensor.js'
import { reachOf } from './align.js'
import type { Emitted } from './emit.js'
import type { LoweringContext } from './lowering.js'
import { linear, type Quantised } from './quantised.js'
import { entriesAt, entriesOf, type RealFunction, wideTarget, within } from './table.js'

/** Steps of the input, and entries of each level of resolution that shares them, as powers of two. */
const LEVELS = { stepsLog: 24, entriesLog: 12, count: 3 }
const INT32_ROOM = 2 ** 30
/** Steps that the input has in the largest table, or lines. */
const PARTS = { 8: 2 ** 13, 16: 2 ** 10 } as const
/** How far the result may move within a step, or be off a line, as a share of its range. */
const TOLERANCE = { 8: 2 ** -8, 16: 2 ** -14 } as const
/** Steps next to zero that are looked at. */
const FIRST_PARTS = 32

/**
 * Whether a function of a number above zero bends too much near it for a table of equal steps, as roots do.
 * The steps are those of the largest table, or of the lines between its entries.
 */
export function isSteep(context: LoweringContext, apply: RealFunction): boolean {
  const range = context.inputRange(0)
  if (range.low < 0 || range.high <= 0) return false
  const output = context.outputRange(0)
  const step = range.high / PARTS[context.bits]
  const allowed = (output.high - output.low) * TOLERANCE[context.bits]
  const at = (x: number) => within(output, apply(x))
  return Array.from({ length: FIRST_PARTS }, (_, i) => i * step).some((x) => {
    const [start, end] = [at(x), at(x + step)]
    const error = context.bits === 8 ? end - start : at(x + step / 2) - (start + end) / 2
    return Math.abs(error) > allowed
  })
}

/** The smaller an input is, the finer is the table that it is looked up in. */
export function lookUpSteep(context: LoweringContext, apply: RealFunction): Quantised {
  const { emitter } = context
  const { stepsLog, entriesLog, count } = LEVELS
  const x = steepInput(context, stepsLog)
  const [scale = 1] = x.scales
  const target = context.isWide(0) ? wideTarget(context) : context.encoding(0)
  const entries = 2 ** entriesLog
  const stride = 2 ** ((stepsLog - entriesLog) / (count - 1))
  const reals = Array.from({ length: count * entries }, (_, i) => {
    const step = stride ** Math.floor(i / entries)
    return ((i % entries) * step + (step - 1) / 2) * scale
  })
  const list = entriesOf(
    context,
    target,
    reals.map((x) => apply(x)),
  )
  const table = emitter.constant(integerTensor(target.dtype, [list.length], list), 'table')
  let index = levelIndex(context, x, count - 1, { entries, stride })
  for (let level = count - 2; level >= 0; level--) {
    const end = emitter.scalar(Dtype.int32, entries * stride ** level)
    const finer = levelIndex(context, x, level, { entries, stride })
    index = emitter.node('Where', [emitter.node('Less', [x, end]), finer, index])
  }
  return linear(entriesAt(emitter, table, index), target.scale, target.zero)
}

/** The input from zero up, in a power of two of steps. */
export function steepInput(context: LoweringContext, stepsLog: number): Quantised {
  const given = context.input(0)
  const { high: most } = context.inputRange(0)
  // What may lie beyond the range fits int32, too, before it is clamped.
  const scale = Math.max(most / (2 ** stepsLog - 1), reachOf(given) / INT32_ROOM)
  const high = Math.round(most / scale)
  return context.requantise(given, { dtype: Dtype.int32, scale, zero: 0, high })
}

/** Where an input stands in the part of the table that belongs to a level; at its end where it is too large for it. */
function levelIndex(
  { emitter }: LoweringContext,
  x: Emitted,
  level: number,
  { entries, stride }: { readonly entries: number; readonly stride: number },
): Emitted {
  const number = (value: number) => emitter.scalar(Dtype.int32, value)
  const place = level === 0 ? x : emitter.node('Div', [x, number(stride ** level)])
  const inside = emitter.node('Min', [place, number(entries - 1)])
  return level === 0 ? inside : emitter.node('Add', [inside, number(level * entries)])
}
