import type { Attributes } from '../../model/graph/attributes.js'
import { Dtype, elementCount, type Shape } from '../../tensor.js'
import { integerTensor } from '../tensor.js'
import type { Range } from './calibrate.js'
import type { Emitted, Emitter } from './emit.js'
import type { Lowering, LoweringContext } from './lowering.js'
import { type Encoded, encodingOf, isPlain, linear, type Quantised } from './quantised.js'
import { castTo } from './requantise.js'
import { isSteep, lookUpSteep } from './steep.js'
import { lookUpSteepLines } from './steepLines.js'

/** Steps of an input that has more resolution than 8 bits: functions with a steep part need them. */
const FINE_STEPS = 4095
/** Steps of a result that nothing narrows. */
const WIDE_STEPS = 2 ** 24
/** Doublings of 255 steps up to which an index is made finer. */
const MOST_DOUBLINGS = 5
/** By how many steps of the result the entries of a table may differ from each other. */
const LARGEST_JUMP = 0.5
/** In so many parts of a range a function is asked whether it moves. */
const LIVELY_PARTS = 4096
/** What counts as standing still, as a share of all that the function gives there. */
const STILL = 2 ** -18
/** Up to so many steps an input has an entry for each: beyond, lines between entries are finer and smaller. */
const MOST_ENTRIES = 255 * 2 ** MOST_DOUBLINGS + 1
/** Steps of an input between the ends of a line. */
const PART = 64
/** Up to here the two Reshape nodes that a faster look-up takes cost more than they save. */
const FEW_ELEMENTS = 1024

/** A function of real numbers, as a node applies it to each element of its inputs. */
export type RealFunction = (...operands: number[]) => number

/** A lowering by a table, and the function that it tabulates. */
export interface TabulatedLowering extends Lowering {
  readonly functionOf: (attributes: Attributes) => RealFunction
}

/**
 * A function of one number, and of constants that are the same for all elements, as a table with an entry for each step
 * of its input. Where the function has no finite value, or one beyond what calibration saw, the entry is the bound of
 * that range.
 */
export function tabulated(functionOf: (attributes: Attributes) => RealFunction): TabulatedLowering {
  const lowering: Lowering = (context) => {
    const apply = functionOf(context.node.attributes)
    const rest = context.node.inputs.slice(1).map((_, i) => sameForAll(context, i + 1))
    return [tabulate(context, (x) => apply(x, ...rest))]
  }
  return Object.assign(lowering, { functionOf })
}

function sameForAll(context: LoweringContext, index: number): number {
  const values = new Set(context.requireConstant(index).values)
  const [value = 0] = values
  if (values.size !== 1) {
    context.refuse(`its input ${index} differs from element to element`)
  }
  return value
}

/** A function of a node's first input, by a table as fine as the input and the function ask for. */
export function tabulate(context: LoweringContext, apply: RealFunction): Quantised {
  const value = context.input(0)
  const isNarrow = value.dtype === Dtype.uint8 && isPlain(value)
  if (!isNarrow && isSteep(context, apply)) {
    return (context.bits === 8 ? lookUpSteep : lookUpSteepLines)(context, apply)
  }
  return lookUp(context, indexOf(context, apply), apply)
}

function indexOf(context: LoweringContext, apply: RealFunction): Quantised {
  const value = context.input(0)
  const isNarrow = value.dtype === Dtype.uint8 && isPlain(value)
  if (isNarrow) return context.narrow(0)
  const range = context.inputRange(0)
  if (context.bits === 8) {
    const target = context.isWide(0) ? undefined : context.target(0)
    return context.requantise(value, indexEncoding(range, target, apply))
  }
  const lively = livelyRange(range, apply)
  const isSmall = lively.high - lively.low < (range.high - range.low) / 2
  return isSmall ? context.requantise(value, encodingOf(lively, 16)) : context.narrow(0)
}

/** The part of a range outside which a function stands still, as sigmoids do. An index that ends there loses nothing. */
function livelyRange({ low, high }: Range, apply: RealFunction): Range {
  const step = (high - low) / LIVELY_PARTS
  const values = Array.from({ length: LIVELY_PARTS + 1 }, (_, i) => apply(low + i * step))
  const finite = values.filter(Number.isFinite)
  const least = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const most = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const allowed = (most - least) * STILL
  const moved = (end: number | undefined) => (y: number) => !(Math.abs(y - (end ?? 0)) <= allowed)
  const first = values.findIndex(moved(values[0]))
  if (first < 0) return { low, high }
  const last = values.findLastIndex(moved(values.at(-1)))
  return { low: low + (first - 1) * step, high: low + (last + 1) * step }
}

/**
 * The encoding of a table's index: the 8-bit one, each step halved until neighbouring entries are near each other.
 * @param target - Encoding of the entries; undefined where they leave the graph with all the resolution that there is.
 */
export function indexEncoding(
  range: Range,
  target: Encoded | undefined,
  apply: RealFunction,
): Encoded {
  const { scale, zero, high } = encodingOf(livelyRange(range, apply), 8)
  for (let doublings = 0; ; doublings++) {
    const parts = 2 ** doublings
    const index = {
      dtype: Dtype.int32,
      scale: scale / parts,
      zero: zero * parts,
      high: high * parts,
    }
    if (doublings === MOST_DOUBLINGS || (target && isSmooth(index, target, apply))) return index
  }
}

function isSmooth(index: Encoded, target: Encoded, apply: RealFunction): boolean {
  let before: number | undefined
  for (let q = 0; q <= index.high; q++) {
    const real = apply((q - index.zero) * index.scale) / target.scale
    const step = Math.min(target.high, Math.max(0, real + target.zero))
    if (before !== undefined && Math.abs(step - before) > LARGEST_JUMP) return false
    before = step
  }
  return true
}

/**
 * Looks every element up in a table of the function's values, and on lines between them where the input has more steps
 * than a table has entries.
 * @param x - Plain, with integers from 0.
 */
export function lookUp(context: LoweringContext, x: Quantised, apply: RealFunction): Quantised {
  if (x.interval.high >= BigInt(MOST_ENTRIES)) return interpolate(context, x, apply)
  const { emitter } = context
  const target = context.isWide(0) ? wideTarget(context) : context.encoding(0)
  const [scale = 1] = x.scales
  const [zero = 0] = x.zeros
  const reals = Array.from({ length: Number(x.interval.high) + 1 }, (_, q) => (q - zero) * scale)
  const entries = entriesOf(
    context,
    target,
    reals.map((x) => apply(x)),
  )
  const table = emitter.constant(integerTensor(target.dtype, [entries.length], entries), 'table')
  const index = castTo(emitter, x, Dtype.int32)
  return linear(entriesAt(emitter, table, index), target.scale, target.zero)
}

/**
 * Integers for a function's values, within what calibration saw of them: where the function has no finite value, or one
 * beyond, the entry is the bound of that range.
 */
export function entriesOf(
  context: LoweringContext,
  { scale, zero, high: most }: Encoded,
  values: readonly number[],
): readonly number[] {
  return values.map((y) => {
    const inside = within(context.outputRange(0), y)
    return Math.min(most, Math.max(0, Math.round(inside / scale) + zero))
  })
}

/** The value, or the bound that is nearest to it. */
export function within({ low, high }: Range, value: number): number {
  return Number.isNaN(value) ? low : Math.min(high, Math.max(low, value))
}

/** A line between every two entries. One of them stands at zero, where functions have their corners. */
function interpolate(context: LoweringContext, x: Quantised, apply: RealFunction): Quantised {
  const { emitter } = context
  const target = context.isWide(0) ? wideTarget(context, WIDE_STEPS / PART) : context.encoding(0)
  const [scale = 1] = x.scales
  const [zero = 0] = x.zeros
  const offset = (PART - (zero % PART)) % PART
  const count = Math.floor((Number(x.interval.high) + offset) / PART) + 1
  const reals = Array.from({ length: count + 1 }, (_, i) => (i * PART - offset - zero) * scale)
  const ends = lineEndsOf(
    context,
    target,
    reals.map((x) => apply(x)),
  )
  const starts = ends.slice(0, -1)
  const slopes = starts.map((start, i) => (ends[i + 1] as number) - start)
  const number = (value: number) => emitter.scalar(Dtype.int32, value)
  const wide = castTo(emitter, x, Dtype.int32)
  const moved = offset === 0 ? wide : emitter.node('Add', [wide, number(offset)])
  const index = emitter.node('Div', [moved, number(PART)])
  const rest = emitter.node('Sub', [moved, emitter.node('Mul', [index, number(PART)])])
  // The rest lies within a part already, which intervals do not know.
  const inside = emitter.node('Clip', [rest, number(0), number(PART - 1)])
  const [start, slope] = [starts.map((entry) => entry * PART), slopes].map((entries) =>
    entriesAt(emitter, emitter.constant(integerTensor(Dtype.int32, [count], entries)), index),
  ) as [Emitted, Emitted]
  const line = emitter.node('Add', [start, emitter.node('Mul', [slope, inside])])
  return linear(line, target.scale / PART, target.zero * PART)
}

/** The ends of lines reach beyond the range, or the lines over its bounds would be flat. */
function lineEndsOf(
  context: LoweringContext,
  { scale, zero }: Encoded,
  values: readonly number[],
): readonly number[] {
  const { low, high } = context.outputRange(0)
  const bounds = { low: 2 * low - high, high: 2 * high - low }
  return values.map((y) => Math.round(within(bounds, y) / scale) + zero)
}

/** The entries of a table at the places of an index. GatherElements is several times as fast as Gather for single ones. */
export function entriesAt(emitter: Emitter, table: Emitted, index: Emitted): Emitted {
  if (elementCount(index.shape) <= FEW_ELEMENTS) return emitter.node('Gather', [table, index])
  const reshape = (value: Emitted, shape: Shape) =>
    emitter.node('Reshape', [value, emitter.list(shape)])
  const flat = reshape(index, [elementCount(index.shape)])
  return reshape(emitter.node('GatherElements', [table, flat]), index.shape)
}

/** An input with the most resolution that a table has entries for: more than 8 bits where there is more to have. */
export function fine(context: LoweringContext, index: number): Quantised {
  const value = context.input(index)
  const isNarrow = value.dtype === Dtype.uint8 && isPlain(value)
  if (isNarrow || context.bits === 16) return context.narrow(index)
  const target = scaledTo(encodingOf(context.inputRange(index), 16), 65535, FINE_STEPS)
  return context.requantise(value, target)
}

/** More steps than 16 bits have, for a result that nothing narrows. */
export function wideTarget(context: LoweringContext, steps = WIDE_STEPS): Encoded {
  return scaledTo(encodingOf(context.outputRange(0), 16), 65535, steps)
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
