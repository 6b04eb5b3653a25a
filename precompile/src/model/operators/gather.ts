import { Dtype, elementCount } from '../../tensor.js'
import type { NodeContext } from '../infer/context.js'
import {
  DATA,
  type Dim,
  type Dims,
  type Element,
  type Elements,
  elementList,
  FREE,
  isTracked,
} from '../infer/value.js'
import type { Operator, OperatorTable, Work } from './operator.js'
import { signature } from './signature.js'
import { ANY, INDEX } from './types.js'
import { Weight } from './weights.js'
import { inputElements, outputElements, perOutput } from './work.js'

const DATA_TYPES = { T: { 6: ANY }, I: INDEX }

const gather: Operator = {
  signature: signature('T, I -> T', DATA_TYPES),
  infer(context) {
    const dims = context.dims(0)
    const axis = context.axis(context.attributes.int('axis', 0), dims.length)
    const result = [...dims.slice(0, axis), ...context.dims(1), ...dims.slice(axis + 1)]
    return [{ dims: result, elements: gathered(context, result, axis) }]
  },
  work(context, outputs) {
    const axis = context.axis(context.attributes.int('axis', 0), context.rank(0))
    const inner = elementCount(context.shape(0).slice(axis + 1))
    return lookUpWork(outputs, inner, Weight.lookup)
  },
}

/** Elements picked from a small list, as shape arithmetic does it. */
function gathered(context: NodeContext, result: Dims, axis: number): Elements {
  const source = context.input(0)
  const indices = context.input(1)
  if (source.elements === DATA || indices.elements === DATA) return DATA
  if (!isTracked(source.dims)) return source.dims?.includes(FREE) ? FREE : DATA
  if (!isTracked(indices.dims)) return indices.dims?.includes(FREE) ? FREE : DATA
  if (!isTracked(result)) return DATA
  const picked = elementList(indices.elements, elementCount(indices.dims))
  const list = elementList(source.elements, elementCount(source.dims))
  const size = source.dims[axis] as number
  const inner = elementCount(source.dims.slice(axis + 1))
  const outer = elementCount(source.dims.slice(0, axis))
  const elements: Element[] = []
  for (let block = 0; block < outer; block++) {
    for (const index of picked) {
      for (let i = 0; i < inner; i++) {
        elements.push(pick(context, list, index, (at) => (block * size + at) * inner + i, size))
      }
    }
  }
  return elements
}

function pick(
  context: NodeContext,
  list: readonly Element[],
  index: Element,
  position: (at: number) => number,
  size: number,
): Element {
  if (typeof index === 'string') return index
  const at = index < 0 ? index + size : index
  if (!(at >= 0 && at < size)) return context.fail(`the index ${index} on an axis of ${size}`)
  return list[position(at)] as Element
}

const gatherElements: Operator = {
  signature: signature('T, I -> T', { T: { 11: ANY }, I: INDEX }),
  infer(context) {
    const dims = context.dims(0)
    const axis = context.axis(context.attributes.int('axis', 0), dims.length)
    const indices = context.expectRank(1, dims.length)
    indices.forEach((size, i) => {
      const room = dims[i] as Dim
      if (i !== axis && size !== FREE && room !== FREE && size > room) {
        context.fail(`indices of ${size} on axis ${i} of ${room}`)
      }
    })
    return [{ dims: indices }]
  },
  work: (context, outputs) =>
    lookUpWork(outputs, 1, (Weight.lookupAxis / 2) * (1 + context.rank(0))),
}

const gatherNd: Operator = {
  signature: signature('T, int64 -> T', { T: { 11: ANY } }),
  infer(context) {
    const batch = context.attributes.int('batch_dims', 0)
    checkReduction(context, true)
    const dims = context.dims(0)
    const indices = context.dims(1)
    const depth = indices.at(-1) ?? context.fail('its indices are a scalar')
    if (depth === FREE) return [{ dims: undefined }]
    if (depth < 1 || batch < 0 || batch + depth > dims.length || batch >= indices.length) {
      context.fail(`indices of ${depth} axes after ${batch} batch axes of a rank of ${dims.length}`)
    }
    return [{ dims: [...indices.slice(0, -1), ...dims.slice(batch + depth)] }]
  },
  work(context, outputs) {
    const tuples = context.shape(1)
    const inner = outputElements(outputs) / Math.max(1, elementCount(tuples.slice(0, -1)))
    const depth = tuples.at(-1) as number
    return lookUpWork(outputs, inner, Weight.lookup + Weight.lookupAxis * depth)
  },
}

/**
 * Elements copied from where indices point.
 * @param inner - Neighbouring elements that one index names.
 * @param lookup - Finding what it names.
 */
function lookUpWork(outputs: readonly Dims[], inner: number, lookup: number): Work {
  const elements = outputElements(outputs)
  const lookups = Math.ceil(elements / Math.max(1, inner))
  return { milliMacs: 0, deciOps: Weight.copy * elements + lookup * lookups }
}

/** A copy of the data into which the updates go. */
function scatterWork(context: NodeContext, outputs: readonly Dims[]): Work {
  const tuple = context.node.operatorName === 'ScatterND' ? context.shape(1).at(-1) : undefined
  const lookup = Weight.lookup + Weight.lookupAxis * (tuple ?? context.rank(0))
  return {
    milliMacs: 0,
    deciOps: Weight.copy * outputElements(outputs) + lookup * inputElements(context, 2),
  }
}

/** The engine combines booleans by no order, and half precision by none of the later reductions. */
function checkReduction(context: NodeContext, isIndexed: boolean): void {
  const reduction = context.attributes.string('reduction', 'none')
  const dtype = context.dtype(0)
  const isOrder = reduction === 'max' || reduction === 'min'
  if (isOrder && dtype === Dtype.bool) context.unsupportedDtype(0, dtype)
  if (isIndexed && reduction !== 'none' && dtype === Dtype.float16) {
    context.unsupportedDtype(0, dtype)
  }
}

const scatterElements: Operator = {
  signature: signature('T, I, T -> T', { T: { 9: ANY }, I: INDEX }),
  infer(context) {
    checkReduction(context, false)
    const dims = context.dims(0)
    context.axis(context.attributes.int('axis', 0), dims.length)
    const indices = context.expectRank(1, dims.length)
    const updates = context.expectRank(2, dims.length)
    indices.forEach((dim, axis) => {
      context.same(dim, updates[axis] ?? FREE, `axis ${axis} of indices and updates`)
    })
    return [{ dims }]
  },
  work: scatterWork,
}

const scatterNd: Operator = {
  signature: signature('T, int64, T -> T', { T: { 11: ANY } }),
  infer(context) {
    checkReduction(context, true)
    const dims = context.dims(0)
    const indices = context.dims(1)
    const depth = indices.at(-1) ?? context.fail('its indices are a scalar')
    if (depth === FREE) return [{ dims }]
    if (depth < 1 || depth > dims.length) {
      context.fail(`indices of ${depth} axes for a rank of ${dims.length}`)
    }
    const want = [...indices.slice(0, -1), ...dims.slice(depth)]
    const updates = context.expectRank(2, want.length)
    want.forEach((size, axis) => {
      context.same(size, updates[axis] as Dim, `axis ${axis} of the updates`)
    })
    return [{ dims }]
  },
  work: scatterWork,
}

const reverseSequence: Operator = {
  signature: signature('T, int64 -> T', { T: { 10: ANY } }),
  infer(context) {
    const dims = context.dims(0)
    if (dims.length < 2) context.fail(`a tensor of rank ${dims.length} has no batch and time`)
    const [lengths] = context.expectRank(1, 1)
    const batch =
      dims[context.attributes.int('batch_axis', 1)] ?? context.fail('it has no batch axis')
    context.same(batch, lengths as Dim, 'the size of the batch')
    return [{ dims }]
  },
  work: (context, outputs) =>
    lookUpWork(outputs, elementCount(context.shape(0).slice(2)), Weight.loop),
}

function isCubic(context: NodeContext): boolean {
  return ['bicubic', 'cubic'].includes(context.attributes.string('mode', 'linear'))
}

const gridSample: Operator = {
  signature: signature('T, T -> T', { T: { 16: [Dtype.float32], 20: [Dtype.float64] } }),
  infer(context) {
    const [batch, channels, ...spatial] = context.dims(0)
    const grid = context.expectRank(1, spatial.length + 2)
    if (batch === undefined || channels === undefined)
      return context.fail('it needs batch and channels')
    if (isCubic(context) && spatial.length > 2) {
      context.unsupported('it samples volumes by cubic interpolation')
    }
    const common = context.same(batch, grid[0] ?? FREE, 'the batch')
    context.same(spatial.length, grid.at(-1) as Dim, 'the size of a grid point')
    return [{ dims: [common, channels, ...grid.slice(1, -1)] }]
  },
  work: (context, outputs) => {
    return perOutput(isCubic(context) ? 1000 : context.rank(0) > 4 ? 1000 : 500)(context, outputs)
  },
}

/** Operators that move elements to and from positions that other tensors name. */
export const gathers: OperatorTable = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  ScatterElements: {
    ...scatterElements,
    signature: signature('T, I, T -> T', { T: { 11: ANY }, I: INDEX }),
  },
  Scatter: {
    ...scatterElements,
    signature: signature('T, I, T -> T', { T: { 9: ANY }, I: INDEX }, { since: 9, until: 10 }),
  },
  ScatterND: scatterNd,
  ReverseSequence: reverseSequence,
  GridSample: gridSample,
}
