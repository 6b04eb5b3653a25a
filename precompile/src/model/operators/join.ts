import { Dtype, type Shape } from '../../tensor.js'
import type { NodeContext } from '../infer/context.js'
import { rearrange, track } from '../infer/elements.js'
import {
  DATA,
  type Dim,
  type Dims,
  type Elements,
  FREE,
  INT64_MAX,
  mapDims,
  type Value,
} from '../infer/value.js'
import type { Inferred, Operator, OperatorTable, Work } from './operator.js'
import { signature } from './signature.js'
import { ANY, BOOL, BYTES, FLOATS, INDEX, WIDE } from './types.js'
import { Weight } from './weights.js'
import { copiedRuns, outputElements, perOutput } from './work.js'

const concat: Operator = {
  signature: signature('T... -> T', { T: { 6: ANY } }),
  infer(context) {
    const first = context.dims(0)
    const axis = context.axis(context.attributes.requiredInt('axis'), first.length)
    const shapes = context.inputs.map((_, i) => context.expectRank(i, first.length))
    const dims = first.map((_, i) =>
      i === axis
        ? mapDims((...sizes) => sizes.reduce((sum, size) => sum + size, 0), ...column(shapes, i))
        : column(shapes, i).reduce((a, b) => context.same(a, b, `axis ${i}`)),
    )
    const sources = context.inputs as readonly Value[]
    if (first.length !== 1) return [{ dims }]
    return [{ dims, elements: track(dims, sources, (...lists) => lists.flat()) }]
  },
  work: perOutput(Weight.copy),
}

function column(shapes: readonly Dims[], axis: number): readonly Dim[] {
  return shapes.map((dims) => dims[axis] as Dim)
}

const split: Operator = {
  signature: signature('T, int64?@13 -> T...', { T: { 6: ANY } }),
  infer(context) {
    const dims = context.dims(0)
    const axis = context.axis(context.attributes.int('axis', 0), dims.length)
    const sizes = splitSizes(context, dims[axis] as Dim)
    const input = context.input(0)
    let start = 0
    return sizes.map((size): Inferred => {
      const result = dims.with(axis, size)
      if (dims.length !== 1 || size === FREE) return { dims: result }
      const from = start
      start += size
      return {
        dims: result,
        elements: track(result, [input], (list) => list.slice(from, from + size)),
      }
    })
  },
  work: perOutput(Weight.copy),
}

function splitSizes(context: NodeContext, total: Dim): readonly Dim[] {
  const parts = context.outputCount
  const given =
    context.version < 13
      ? context.attributes.ints('split')
      : context.has(1)
        ? context.numbers(1)
        : undefined
  if (given === FREE) return new Array<Dim>(parts).fill(FREE)
  if (given !== undefined) return givenSizes(context, given, total)
  if (total === FREE) return new Array<Dim>(parts).fill(FREE)
  if (context.version < 18) {
    if (total % parts !== 0) context.fail(`${total} does not split into ${parts} equal parts`)
    return new Array<Dim>(parts).fill(total / parts)
  }
  const wanted = context.attributes.int('num_outputs', parts)
  if (wanted !== parts) context.fail(`num_outputs is ${wanted} for ${parts} outputs`)
  const each = Math.ceil(total / parts)
  const last = total - each * (parts - 1)
  if (last <= 0) context.fail(`${total} does not split into ${parts} parts`)
  return [...new Array<Dim>(parts - 1).fill(each), last]
}

function givenSizes(context: NodeContext, sizes: readonly Dim[], total: Dim): readonly Dim[] {
  if (sizes.length !== context.outputCount) {
    context.fail(`${sizes.length} sizes for ${context.outputCount} outputs`)
  }
  if (sizes.some((size) => size !== FREE && size < 0)) context.fail(`the sizes [${sizes}]`)
  const sum = mapDims((...all) => all.reduce((a, b) => a + b, 0), ...sizes)
  if (sum !== FREE && total !== FREE && sum !== total) {
    context.fail(`the sizes [${sizes}] do not add up to ${total}`)
  }
  return sizes
}

interface SliceRange {
  readonly axis: number
  readonly start: Dim
  readonly end: Dim
  readonly step: Dim
}

const slice: Operator = {
  signature: signature('T, I@10, I@10, I?@10, I?@10 -> T', { T: { 6: ANY }, I: INDEX }),
  infer(context) {
    const dims = context.dims(0)
    const ranges = sliceRanges(context, dims.length)
    if (ranges === FREE) return [{ dims: dims.map(() => FREE) }]
    const result = [...dims]
    for (const range of ranges) result[range.axis] = sliced(context, dims[range.axis] as Dim, range)
    return [{ dims: result, elements: slicedElements(context, result, ranges) }]
  },
  work(context, outputs) {
    const result = outputs[0] as Shape
    const steps = context.has(4) ? context.numbers(4) : []
    const isDense = steps === FREE || steps.every((step) => step === 1)
    const from = isDense ? context.shape(0) : result.map(() => -1)
    const runs = copiedRuns(from, result, (axis) => (isDense ? (result[axis] as number) : 1))
    const { deciOps, bytes } = copied(outputs, Weight.copy)
    return { milliMacs: 0, deciOps: deciOps + (Weight.loop / 2) * runs, bytes }
  },
}

function sliceRanges(context: NodeContext, rank: number): readonly SliceRange[] | typeof FREE {
  const isOld = context.version < 10
  const starts = isOld ? context.attributes.requiredInts('starts') : context.numbers(1)
  const ends = isOld ? context.attributes.requiredInts('ends') : context.numbers(2)
  const axes = isOld
    ? context.attributes.ints('axes')
    : context.has(3)
      ? context.numbers(3)
      : undefined
  const steps = isOld || !context.has(4) ? undefined : context.numbers(4)
  if (starts === FREE || ends === FREE || axes === FREE || steps === FREE) return FREE
  if (axes?.includes(FREE)) return FREE
  const counted = context.axes((axes as readonly number[]) ?? starts.map((_, i) => i), rank)
  if (starts.length !== ends.length || counted.length !== starts.length) {
    context.fail('starts, ends and axes differ in length')
  }
  if (steps !== undefined && steps.length !== starts.length) context.fail('steps differ in length')
  return counted.map((axis, i) => ({
    axis,
    start: starts[i] as Dim,
    end: ends[i] as Dim,
    step: steps?.[i] ?? 1,
  }))
}

/** With INT64_MAX the ends of slices that run backwards to the first element as well as forwards to the last. */
const INT32_MAX = 2 ** 31 - 1

/** First index and number of indices of a slice on an axis of known size. */
function resolve(
  context: NodeContext,
  size: number,
  range: { start: number; end: number; step: number },
): { first: number; count: number } {
  const { step } = range
  if (step === 0) context.fail('a step is 0')
  const from = range.start < 0 ? range.start + size : range.start
  const isOpen = step < 0 && (range.end === INT32_MAX || range.end === INT64_MAX)
  const to = isOpen ? -1 : range.end < 0 ? range.end + size : range.end
  const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at, low), high)
  const first = step > 0 ? clamp(from, 0, size) : clamp(from, 0, size - 1)
  const last = step > 0 ? clamp(to, 0, size) : clamp(to, -1, size - 1)
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) }
}

function sliced(context: NodeContext, dim: Dim, { start, end, step }: SliceRange): Dim {
  return mapDims(
    (size, ...[from, to, by]) =>
      resolve(context, size, { start: from as number, end: to as number, step: by as number })
        .count,
    dim,
    start,
    end,
    step,
  )
}

function slicedElements(context: NodeContext, dims: Dims, ranges: readonly SliceRange[]): Elements {
  const source = context.input(0)
  if (ranges.some(({ start, end, step }) => [start, end, step].includes(FREE))) {
    return source.elements === DATA ? DATA : FREE
  }
  return track(dims, [source], (list) => {
    const from = source.dims as readonly number[]
    const firsts = from.map(() => 0)
    const steps = from.map(() => 1)
    for (const { axis, start, end, step } of ranges as readonly Record<
      keyof SliceRange,
      number
    >[]) {
      firsts[axis] = resolve(context, from[axis] as number, { start, end, step }).first
      steps[axis] = step
    }
    return rearrange(list, from, dims as readonly number[], (position) =>
      position.map((at, axis) => (firsts[axis] as number) + at * (steps[axis] as number)),
    )
  })
}

/** Work of reading as much as is written, whatever the size of the source. */
export function copied(outputs: readonly Dims[], deciOps: number) {
  const elements = outputElements(outputs)
  return { milliMacs: 0, deciOps: deciOps * elements, bytes: 16 * elements }
}

const pad: Operator = {
  signature: signature('T, int64@11, T?@11, int64?@18 -> T', {
    T: { 6: FLOATS, 11: [...FLOATS, ...BYTES, ...WIDE], 13: BOOL },
    I: INDEX,
  }),
  infer(context) {
    const dims = context.dims(0)
    const pads = context.version < 11 ? context.attributes.requiredInts('pads') : context.numbers(1)
    const given = context.has(3) ? context.numbers(3) : dims.map((_, axis) => axis)
    if (pads === FREE || given === FREE || given.includes(FREE)) {
      return [{ dims: dims.map(() => FREE) }]
    }
    const axes = context.axes(given as readonly number[], dims.length)
    if (pads.length !== 2 * axes.length) context.fail(`${pads.length} pads for ${axes.length} axes`)
    const result = [...dims]
    axes.forEach((axis, i) => {
      result[axis] = padded(
        context,
        dims[axis] as Dim,
        pads[i] as Dim,
        pads[i + axes.length] as Dim,
      )
    })
    return [{ dims: result }]
  },
  work: paddedWork,
}

/** Copies the input run by run into the middle of the output. */
function paddedWork(context: NodeContext, outputs: readonly Dims[]): Work {
  const shape = context.shape(0)
  const result = outputs[0] as Shape
  const runs = copiedRuns(shape, result, (axis) => result[axis] as number)
  return {
    milliMacs: 0,
    deciOps: perOutput(Weight.copy)(context, outputs).deciOps + 2 * Weight.loop * runs,
  }
}

function padded(context: NodeContext, dim: Dim, before: Dim, after: Dim): Dim {
  return mapDims(
    (size, head, tail) => {
      const total = size + (head as number) + (tail as number)
      return total >= 0 ? total : context.fail(`pads ${head} and ${tail} on an axis of ${size}`)
    },
    dim,
    before,
    after,
  )
}

const centerCropPad: Operator = {
  signature: signature('T, int64 -> T', {
    T: { 18: [...FLOATS, ...BYTES, ...WIDE, Dtype.bool] },
    I: INDEX,
  }),
  infer(context) {
    const dims = context.dims(0)
    const wanted = context.numbers(1)
    const axes = context.axes(
      context.attributes.ints('axes') ?? dims.map((_, axis) => axis),
      dims.length,
    )
    const result = [...dims]
    axes.forEach((axis, i) => {
      result[axis] = wanted === FREE ? FREE : (wanted[i] ?? context.fail('too few sizes'))
    })
    return [{ dims: result }]
  },
  work: paddedWork,
}

/** Operators that join, cut and pad. */
export const joins: OperatorTable = {
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  CenterCropPad: centerCropPad,
}
