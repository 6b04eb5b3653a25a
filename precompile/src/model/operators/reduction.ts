import { Dtype, type Shape } from '../../tensor.js'
import type { NodeContext } from '../infer/context.js'
import { track } from '../infer/elements.js'
import { DATA, type Dim, type Dims, type Elements, FREE, toElement } from '../infer/value.js'
import type { Operator, OperatorTable } from './operator.js'
import { signature, type TypeSet } from './signature.js'
import { BOOL, BYTES, FLOATS, INDEX, WIDE, WIDE_SIGNED } from './types.js'
import { Weight } from './weights.js'
import { halvings, inputElements, outputElements, perInput } from './work.js'

type Combine = (a: number, b: number) => number

/** The axes to reduce: an attribute before operator set `inputSince`, an input from then on. */
function reducedAxes(
  context: NodeContext,
  inputSince: number,
): readonly Dim[] | typeof FREE | undefined {
  if (context.version < inputSince) return context.attributes.ints('axes')
  return context.has(1) ? context.numbers(1) : undefined
}

function reducedDims(context: NodeContext, inputSince: number): Dims | undefined {
  const dims = context.dims(0)
  const keep = context.attributes.int('keepdims', 1) !== 0
  const axes = reducedAxes(context, inputSince)
  if (axes === FREE || axes?.includes(FREE)) return keep ? dims.map(() => FREE) : undefined
  if (axes === undefined || axes.length === 0) {
    if (context.attributes.int('noop_with_empty_axes', 0) !== 0) return dims
    return keep ? dims.map(() => 1) : []
  }
  const reduced = new Set(
    (axes as readonly number[]).map((axis) => context.axis(axis, dims.length)),
  )
  if (keep) return dims.map((size, axis) => (reduced.has(axis) ? 1 : size))
  return dims.filter((_, axis) => !reduced.has(axis))
}

function reduce(types: TypeSet, inputSince: number, deciOps: number, combine?: Combine): Operator {
  return {
    signature: signature(`T, int64?@${inputSince} -> T`, { T: types }),
    infer(context) {
      const dims = reducedDims(context, inputSince)
      return [{ dims, elements: combine === undefined ? DATA : folded(context, dims, combine) }]
    },
    work: (context, outputs) => ({
      milliMacs: 0,
      deciOps: deciOps * inputElements(context, 0) + (Weight.loop / 10) * outputElements(outputs),
      workspaceBytes: 16 * inputElements(context, 0),
    }),
  }
}

/** Known when everything is reduced to one number, as shape arithmetic does. */
function folded(context: NodeContext, dims: Dims | undefined, combine: Combine): Elements {
  const input = context.input(0)
  return track(dims, [input], (list) => {
    if (dims?.some((size) => size !== 1))
      return list.length === 0 ? [] : new Array(count(dims)).fill(DATA)
    if (list.includes(DATA) || list.length === 0) return [DATA]
    if (list.includes(FREE)) return [FREE]
    return [toElement(input.dtype, (list as readonly number[]).reduce(combine))]
  })
}

function count(dims: Dims): number {
  return (dims as readonly number[]).reduce((product, size) => product * size, 1)
}

const NUMERIC = { 6: [...FLOATS, ...WIDE_SIGNED] }
const EXTREMUM = { ...NUMERIC, 12: BYTES, 20: BOOL }

function argument(): Operator {
  return {
    signature: signature('T -> int64', { T: { 6: [...FLOATS, ...BYTES, ...WIDE_SIGNED] } }),
    infer(context) {
      const dims = context.dims(0)
      const axis = context.axis(context.attributes.int('axis', 0), dims.length)
      if (context.attributes.int('keepdims', 1) === 0) return [{ dims: dims.toSpliced(axis, 1) }]
      return [{ dims: dims.with(axis, 1) }]
    },
    work: perInput(2 * Weight.simple),
  }
}

function cumulative(types: TypeSet): Operator {
  return {
    signature: signature('T, I -> T', { T: types, I: INDEX }),
    infer(context) {
      const dims = context.dims(0)
      const { elements } = context.input(1)
      const axis = typeof elements === 'string' ? elements : elements[0]
      if (typeof axis === 'number') context.axis(axis, dims.length)
      return [{ dims }]
    },
    work: perInput(Weight.divide),
  }
}

const topK: Operator = {
  signature: signature('T, int64@10 -> T, int64', {
    T: { 6: FLOATS, 11: [...BYTES, Dtype.int16, ...WIDE_SIGNED] },
  }),
  infer(context) {
    const dims = context.dims(0)
    const axis = context.axis(context.attributes.int('axis', -1), dims.length)
    const k = context.version < 10 ? context.attributes.requiredInt('k') : context.scalar(1)
    const size = dims[axis] as Dim
    if (k !== FREE && (k < 0 || (size !== FREE && k > size))) {
      context.fail(`the largest ${k} of ${size} elements`)
    }
    const result = dims.with(axis, k)
    return [{ dims: result }, { dims: result }]
  },
  work(context, outputs) {
    const shape = context.shape(0)
    const axis = context.axis(context.attributes.int('axis', -1), shape.length)
    const kept = (outputs[0] as Shape)[axis] as number
    const comparisons = 1 + halvings(kept + 1)
    const elements = inputElements(context, 0)
    return {
      milliMacs: 0,
      deciOps: elements * comparisons * Weight.compare,
      workspaceBytes: 16 * (shape[axis] as number),
    }
  },
}

/** Reductions over axes, and what looks along one. */
export const reduction: OperatorTable = {
  ReduceSum: reduce(NUMERIC, 13, Weight.simple, (a, b) => a + b),
  ReduceProd: reduce(NUMERIC, 18, Weight.simple, (a, b) => a * b),
  ReduceMax: reduce(EXTREMUM, 18, Weight.simple, Math.max),
  ReduceMin: reduce(EXTREMUM, 18, Weight.simple, Math.min),
  ReduceMean: reduce(NUMERIC, 18, Weight.simple),
  ReduceL1: reduce(NUMERIC, 18, Weight.divide),
  ReduceL2: reduce(NUMERIC, 18, Weight.divide),
  ReduceSumSquare: reduce(NUMERIC, 18, Weight.simple),
  ReduceLogSum: reduce(NUMERIC, 18, Weight.divide),
  ReduceLogSumExp: reduce(NUMERIC, 18, Weight.library),
  ArgMax: argument(),
  ArgMin: argument(),
  CumSum: cumulative({ 11: [Dtype.float32, Dtype.float64, ...WIDE_SIGNED], 14: FLOATS }),
  CumProd: cumulative({ 26: [...FLOATS, ...WIDE] }),
  TopK: topK,
}
