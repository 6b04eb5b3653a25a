import { Dtype as D, type Dtype, dtypeName, elementCount } from '../../tensor.js'
import { InvalidGraphError } from '../errors.js'
import { readWeight, type Weight } from '../file/tensor.js'
import type { GraphNode } from '../graph/graph.js'
import type { NodeContext } from '../infer/context.js'
import { DATA, type Dim, type Dims, FREE, isTracked, mapDims } from '../infer/value.js'
import { defaultLimits } from '../limits.js'
import type { Operator, OperatorTable } from './operator.js'
import { signature } from './signature.js'
import { BOOL, WIDE_SIGNED } from './types.js'
import { Weight as OpWeight } from './weights.js'
import { perOutput } from './work.js'

function sizes(context: NodeContext, index: number): Dims | undefined {
  const wanted = context.numbers(index)
  if (wanted !== FREE) {
    if (wanted.some((dim) => dim !== FREE && dim < 0)) context.fail(`the shape [${wanted}]`)
    return wanted
  }
  const [count] = context.expectRank(index, 1)
  return typeof count === 'number' ? new Array<Dim>(count).fill(FREE) : undefined
}

const constantOfShape: Operator = {
  signature: signature('int64 -> *', {}, { since: 9 }),
  prepare(node: Omit<GraphNode, 'prepared' | 'dying'>): Weight | undefined {
    const proto = node.attributes.tensor('value')
    if (proto === undefined) return undefined
    const weight = readWeight(proto, node.name, defaultLimits)
    if (elementCount(weight.value.dims) === 1) return weight
    throw new InvalidGraphError('its value is not one number', {
      node: node.name,
      operator: node.operatorName,
    })
  },
  infer(context) {
    const dims = sizes(context, 0)
    const weight = context.node.prepared as Weight | undefined
    const dtype: Dtype = weight?.value.dtype ?? D.float32
    const held = weight?.value.elements
    const element = held === undefined ? 0 : typeof held === 'string' ? DATA : (held[0] ?? DATA)
    const elements = isTracked(dims)
      ? new Array<typeof element>(elementCount(dims)).fill(element)
      : dims !== undefined && !dims.includes(FREE)
        ? DATA
        : FREE
    return [{ dims, dtype, elements }]
  },
  work: perOutput(OpWeight.copy),
}

const range: Operator = {
  signature: signature('T, T, T -> T', {
    T: { 11: [D.float32, D.float64, D.int16, ...WIDE_SIGNED] },
  }),
  infer(context) {
    const [start, limit, delta] = [0, 1, 2].map((i) => context.scalar(i)) as [Dim, Dim, Dim]
    const count = mapDims(
      (from, to, step) => {
        if (step === 0) context.fail('its delta is 0')
        return Math.max(Math.ceil(((to as number) - from) / (step as number)), 0)
      },
      start,
      limit,
      delta,
    )
    const dims = [count]
    if (count === FREE) return [{ dims, elements: FREE }]
    return [
      {
        dims,
        elements: isTracked(dims)
          ? Array.from({ length: count }, (_, i) => (start as number) + i * (delta as number))
          : DATA,
      },
    ]
  },
  inferUnranked: () => [{ dims: [FREE], elements: FREE }],
  work: perOutput(OpWeight.copy),
}

const eyeLike: Operator = {
  signature: signature('T -> *', { T: { 9: [D.float32, D.float64, D.int32, D.int64, D.uint64] } }),
  infer(context) {
    const dtype = (context.attributes.int('dtype') ?? context.dtype(0)) as Dtype
    const kernels: readonly Dtype[] = [D.float32, D.float64, D.int32, D.int64, D.uint64]
    if (!kernels.includes(dtype)) context.unsupported('the type of its output')
    return [{ dims: context.expectRank(0, 2), dtype }]
  },
  work: perOutput(OpWeight.copy),
}

/** Types of indices, depth and values that the engine has a kernel for. */
const ONE_HOT_TYPES: ReadonlySet<string> = new Set(
  [
    [D.float32, D.float32, D.float32],
    [D.float32, D.int64, D.int64],
    [D.int32, D.float32, D.float32],
    [D.int32, D.int32, D.float32],
    [D.int64, D.float32, D.float32],
    [D.int64, D.float32, D.int32],
    [D.int64, D.int32, D.float32],
    [D.int64, D.int64, D.float32],
    [D.int64, D.int64, D.int64],
  ].map(String),
)

const oneHot: Operator = {
  signature: signature('I, J, V -> V', {
    I: { 9: [D.float32, D.int32, D.int64] },
    J: { 9: [D.float32, D.int32, D.int64] },
    V: { 9: [D.float32, D.int32, D.int64] },
  }),
  infer(context) {
    const types = [0, 1, 2].map((index) => context.dtype(index))
    if (!ONE_HOT_TYPES.has(`${types}`)) {
      context.unsupported(
        `indices, depth and values of the types ${types.map(dtypeName).join(', ')}`,
        'Cast them to one type.',
      )
    }
    const dims = context.dims(0)
    const axis = context.axis(context.attributes.int('axis', -1), dims.length + 1)
    const depth = context.scalar(1)
    if (depth !== FREE && depth < 1) context.fail(`its depth is ${depth}`)
    return [{ dims: [...dims.slice(0, axis), depth, ...dims.slice(axis)] }]
  },
  work: perOutput(OpWeight.scatter),
}

const trilu: Operator = {
  signature: signature('T, int64? -> T', { T: { 14: [D.float32, D.float64, D.int64, ...BOOL] } }),
  infer(context) {
    const dims = context.dims(0)
    if (dims.length < 2) context.fail(`a tensor of rank ${dims.length} is no matrix`)
    return [{ dims }]
  },
  work: perOutput(OpWeight.copy),
}

/** Operators that make tensors from shapes and few numbers. */
export const generate: OperatorTable = {
  ConstantOfShape: constantOfShape,
  Range: range,
  EyeLike: eyeLike,
  OneHot: oneHot,
  Trilu: trilu,
}
