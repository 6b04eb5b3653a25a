import { elementCount, type Shape } from '../../tensor.js'
import { broadcast } from '../infer/broadcast.js'
import type { NodeContext } from '../infer/context.js'
import { broadcastReader, rearrange, track } from '../infer/elements.js'
import {
  countOf,
  type Dim,
  type Dims,
  type Elements,
  FREE,
  isConcrete,
  mapDims,
  type Value,
} from '../infer/value.js'
import type { Inferred, Operator, OperatorTable } from './operator.js'
import { signature } from './signature.js'
import { ANY, BYTES, FLOATS } from './types.js'
import { Weight } from './weights.js'
import { broadcastLoops, copiedRuns, noWork, perOutput } from './work.js'

/** The same elements in the same order under another shape. */
export function reshaped(context: NodeContext, dims: Dims | undefined): readonly Inferred[] {
  return [{ dims, elements: track(dims, [context.input(0)], (list) => list) }]
}

const shape: Operator = {
  signature: signature('T -> int64', { T: { 6: ANY } }),
  infer(context) {
    const dims = context.dims(0)
    const bound = (at: number) => Math.min(Math.max(at < 0 ? at + dims.length : at, 0), dims.length)
    const start = bound(context.attributes.int('start', 0))
    const end = bound(context.attributes.int('end', dims.length))
    const part = dims.slice(start, end)
    return [{ dims: [part.length], elements: part }]
  },
  inferUnranked: () => [{ dims: [FREE], elements: FREE }],
  work: noWork,
}

const size: Operator = {
  signature: signature('T -> int64', { T: { 6: ANY } }),
  infer: (context) => [{ dims: [], elements: [countOf(context.dims(0))] }],
  inferUnranked: () => [{ dims: [], elements: FREE }],
  work: noWork,
}

const reshape: Operator = {
  signature: signature('T, int64 -> T', { T: { 6: ANY } }),
  infer(context) {
    const wanted = context.numbers(1)
    if (wanted === FREE) {
      const [count] = context.expectRank(1, 1)
      return [{ dims: count === FREE ? undefined : new Array<Dim>(count as number).fill(FREE) }]
    }
    context.expectRank(1, 1)
    return reshaped(context, reshapeDims(context, wanted))
  },
  inferUnranked(context) {
    const wanted = context.numbers(1)
    if (wanted === FREE) return [{ dims: undefined }]
    return [{ dims: wanted.map((dim) => (dim === FREE || dim <= 0 ? FREE : dim)) }]
  },
  work: perOutput(Weight.copy),
}

/** Resolves 0 (copy the dimension) and one −1 (whatever is left) of a wanted shape. */
function reshapeDims(context: NodeContext, wanted: readonly Dim[]): Dims {
  const input = context.dims(0)
  const copiesZero = context.attributes.int('allowzero', 0) === 0
  const dims = wanted.map((dim, axis) => {
    if (dim !== 0 || !copiesZero) return dim
    return input[axis] ?? context.fail(`the shape [${wanted}] copies an axis that is not there`)
  })
  if (dims.some((dim) => dim !== FREE && dim < -1)) context.fail(`the shape [${wanted}]`)
  const open = dims.indexOf(-1)
  if (open !== dims.lastIndexOf(-1)) context.fail(`the shape [${wanted}] leaves two axes open`)
  const count = countOf(input)
  const rest = countOf(open < 0 ? dims : dims.toSpliced(open, 1))
  if (open >= 0) return dims.with(open, openAxis(context, count, rest, dims))
  if (count !== FREE && rest !== FREE && count !== rest) {
    context.fail(`${count} elements do not fit the shape [${wanted}]`)
  }
  return dims
}

function openAxis(context: NodeContext, count: Dim, rest: Dim, dims: Dims): Dim {
  return mapDims(
    (total, known) => {
      if (known === 0 || total % known !== 0) {
        return context.fail(`${total} elements do not fit the shape [${dims}]`)
      }
      return total / known
    },
    count,
    rest,
  )
}

const flatten: Operator = {
  signature: signature('T -> T', { T: { 6: FLOATS, 9: ANY } }),
  infer(context) {
    const dims = context.dims(0)
    const axis = context.attributes.int('axis', 1)
    const at = axis === dims.length ? axis : context.axis(axis, Math.max(1, dims.length))
    return reshaped(context, [countOf(dims.slice(0, at)), countOf(dims.slice(at))])
  },
  work: perOutput(Weight.copy),
}

/** Axes as an attribute before operator set 13, as an input from then on. */
function squeezeAxes(context: NodeContext): readonly Dim[] | typeof FREE | undefined {
  if (context.version < 13) return context.attributes.ints('axes')
  return context.has(1) ? context.numbers(1) : undefined
}

const squeeze: Operator = {
  signature: signature('T, int64?@13 -> T', { T: { 6: ANY } }),
  infer(context) {
    const dims = context.dims(0)
    const axes = squeezeAxes(context)
    if (axes === FREE || axes?.includes(FREE)) return [{ dims: undefined }]
    if (axes === undefined || axes.length === 0) {
      return reshaped(context, dims.includes(FREE) ? undefined : dims.filter((dim) => dim !== 1))
    }
    const removed = (axes as readonly number[]).map((axis) => context.axis(axis, dims.length))
    for (const axis of removed) {
      if (dims[axis] !== 1 && dims[axis] !== FREE) {
        context.fail(`axis ${axis} of the shape [${dims}] is not 1`)
      }
    }
    return reshaped(
      context,
      dims.filter((_, axis) => !removed.includes(axis)),
    )
  },
  work: perOutput(Weight.copy),
}

const unsqueeze: Operator = {
  signature: signature('T, int64@13 -> T', { T: { 6: ANY } }),
  infer(context) {
    const dims = context.dims(0)
    const axes = squeezeAxes(context) ?? context.attributes.requiredInts('axes')
    if (axes === FREE || axes.includes(FREE)) return [{ dims: undefined }]
    const rank = dims.length + axes.length
    const added = context.axes(axes as readonly number[], rank)
    const kept = dims[Symbol.iterator]()
    return reshaped(
      context,
      Array.from({ length: rank }, (_, axis) =>
        added.includes(axis) ? 1 : (kept.next().value as Dim),
      ),
    )
  },
  work: perOutput(Weight.copy),
}

const transpose: Operator = {
  signature: signature('T -> T', { T: { 6: ANY } }),
  infer(context) {
    const dims = context.dims(0)
    const order = context.attributes.ints('perm') ?? dims.map((_, axis) => dims.length - 1 - axis)
    if (order.length !== dims.length) context.fail(`perm [${order}] for a rank of ${dims.length}`)
    const axes = context.axes(order, dims.length)
    const result = axes.map((axis) => dims[axis] as Dim)
    return [{ dims: result, elements: transposed(context, result, axes) }]
  },
  work: perOutput(Weight.scatter),
}

function transposed(context: NodeContext, dims: Dims, axes: readonly number[]): Elements {
  const source = context.input(0)
  return track(dims, [source], (list) =>
    rearrange(list, source.dims as readonly number[], dims as readonly number[], (position) => {
      const located = [...position]
      axes.forEach((axis, i) => {
        located[axis] = position[i] as number
      })
      return located
    }),
  )
}

const expand: Operator = {
  signature: signature('T, int64 -> T', { T: { 8: ANY } }),
  infer(context) {
    const wanted = context.numbers(1)
    if (wanted === FREE) return [{ dims: undefined }]
    if (wanted.some((dim) => dim !== FREE && dim < 0)) context.fail(`the shape [${wanted}]`)
    const input = context.input(0)
    const dims = broadcast(context, context.dims(0), wanted)
    return [{ dims, elements: repeated(input, dims) }]
  },
  work: (context, outputs) => ({
    milliMacs: 0,
    deciOps:
      perOutput(Weight.copy)(context, outputs).deciOps +
      Weight.loop * broadcastLoops(outputs[0] as Shape, [context.shape(0)]),
  }),
}

function repeated(input: Value, dims: Dims): Elements {
  return track(dims, [input], (list) => {
    const to = dims as readonly number[]
    const read = broadcastReader(list, input.dims as readonly number[], to)
    return Array.from({ length: elementCount(to) }, (_, index) => read(index))
  })
}

const tile: Operator = {
  signature: signature('T, int64 -> T', { T: { 6: ANY } }),
  infer(context) {
    const dims = context.dims(0)
    const repeats = context.numbers(1)
    if (repeats === FREE) return [{ dims: dims.map(() => FREE) }]
    if (repeats.length !== dims.length) {
      context.fail(`${repeats.length} repeats for a rank of ${dims.length}`)
    }
    if (repeats.some((times) => times !== FREE && times < 0)) context.fail(`repeats [${repeats}]`)
    const result = dims.map((dim, axis) => mapDims((a, b) => a * b, dim, repeats[axis] as Dim))
    const input = context.input(0)
    const isOneNumber = isConcrete(input.dims) && elementCount(input.dims) === 1
    return [{ dims: result, ...(isOneNumber ? { elements: repeatedOne(input, result) } : {}) }]
  },
  work(context, outputs) {
    const shape = context.shape(0)
    const runs = copiedRuns(shape, outputs[0] as Shape, (axis) => shape[axis] as number)
    return {
      milliMacs: 0,
      deciOps: perOutput(Weight.copy)(context, outputs).deciOps + (Weight.loop / 2) * runs,
    }
  },
}

function repeatedOne(input: Value, dims: Dims): Elements {
  return track(dims, [input], ([element]) =>
    new Array(elementCount(dims as readonly number[])).fill(element),
  )
}

function blocks(context: NodeContext): number {
  const size = context.attributes.requiredInt('blocksize')
  return size >= 1 ? size : context.fail(`blocksize is ${size}`)
}

function divided(context: NodeContext, dim: Dim, by: number): Dim {
  return mapDims((size) => (size % by === 0 ? size / by : context.fail(`${size} by ${by}`)), dim)
}

const depthToSpace: Operator = {
  signature: signature('T -> T', { T: { 6: FLOATS, 11: BYTES } }),
  infer(context) {
    const [batch, channels, height, width] = context.expectRank(0, 4) as [Dim, Dim, Dim, Dim]
    const block = blocks(context)
    const scaled = (dim: Dim) => mapDims((size) => size * block, dim)
    return [
      { dims: [batch, divided(context, channels, block * block), scaled(height), scaled(width)] },
    ]
  },
  work: perOutput(Weight.scatter),
}

const spaceToDepth: Operator = {
  signature: signature('T -> T', { T: { 6: [...FLOATS, ...BYTES] } }),
  infer(context) {
    const [batch, channels, height, width] = context.expectRank(0, 4) as [Dim, Dim, Dim, Dim]
    const block = blocks(context)
    const deep = mapDims((size) => size * block * block, channels)
    return [
      { dims: [batch, deep, divided(context, height, block), divided(context, width, block)] },
    ]
  },
  work: perOutput(Weight.scatter),
}

/** Operators that rearrange a whole tensor. */
export const shapes: OperatorTable = {
  Shape: shape,
  Size: size,
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
}
