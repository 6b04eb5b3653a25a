import { NotExactError } from '../exact/errors.js'
import type { ExactGraph } from '../exact/graph.js'
import { readExactGraph } from '../exact/read.js'
import { type IntegerDtype, integerTensor } from '../exact/tensor.js'
import { ModelError } from '../model/errors.js'
import { Dtype, elementCount, type Shape, type Tensor } from '../tensor.js'
import { type Attributes, type Graph, node, noise, onnx, value, weight } from './onnx.js'

const { bool, uint8, int8, int32, int64 } = Dtype

/** Numbers that decide one node of a graph. */
export type Step = readonly [kind: number, first: number, second: number]

interface Value {
  readonly name: string
  readonly dtype: IntegerDtype
  readonly shape: Shape
}

/** One node to try: its operator, what it reads, constants among it. */
interface Attempt {
  readonly operator: string
  readonly inputs: readonly (string | Constant)[]
  readonly attributes?: Attributes
  readonly outputs?: number
  /** A node that is tried on the first output. */
  readonly next?: (made: Value) => Attempt
}

interface Constant {
  readonly dtype: IntegerDtype
  readonly shape: Shape
  readonly elements: readonly number[]
}

/** A graph that grows node by node: what the proof refuses is left out. */
export class RandomGraph {
  readonly #inputs: Value[]
  #graph: Graph
  #exact: ExactGraph
  #values: readonly Value[]
  #grown = 0

  constructor(steps: readonly Step[]) {
    const image: Value = { name: 'image', dtype: uint8, shape: [2, 3, 5, 6] }
    const table: Value = { name: 'table', dtype: uint8, shape: [4, 9] }
    const signed: Value = { name: 'signed', dtype: int8, shape: [2, 8] }
    this.#inputs = [image, table, signed]
    this.#graph = {
      nodes: [
        node('Cast', ['signed'], ['narrow'], { to: BigInt(int32) }),
        node('Cast', ['table'], ['wide'], { to: BigInt(int64) }),
      ],
      inputs: this.#inputs.map(({ name, dtype, shape }) => value(name, dtype, shape)),
      outputs: [{ name: 'narrow' }, { name: 'wide' }],
    }
    this.#exact = readExactGraph(onnx(this.#graph))
    this.#values = [...this.#inputs, ...this.#valuesOf(this.#exact, ['narrow', 'wide'])]
    for (const step of steps) {
      const attempt = attemptOf(step, this.#values)
      if (attempt) this.#grow(attempt)
    }
  }

  /** Outputs are what nothing reads, so that most values need not be stored. */
  get bytes(): Uint8Array {
    const read = new Set(this.#graph.nodes.flatMap(({ input = [] }) => input))
    const made = this.#values.filter(({ name }) => !read.has(name))
    return onnx({ ...this.#graph, outputs: made.map(({ name }) => ({ name })) })
  }

  inputs(seed: number): Tensor[] {
    const next = noise(seed)
    // Ends of the range among them: there sums are largest.
    const byte = () => (next() > 0.5 ? 255 : next() > 0.5 ? 0 : next() * 128 + 128)
    return this.#inputs.map(({ dtype, shape }) => ({
      dtype,
      shape,
      data: Uint8Array.from({ length: elementCount(shape) }, byte),
    }))
  }

  #grow(attempt: Attempt): void {
    const index = this.#grown++
    const names = Array.from({ length: attempt.outputs ?? 1 }, (_, k) => `v${index}_${k}`)
    const weights = [...(this.#graph.weights ?? [])]
    const inputs = attempt.inputs.map((input) => {
      if (typeof input === 'string') return input
      const name = `w${index}_${weights.length}`
      const { data } = integerTensor(input.dtype, input.shape, input.elements)
      weights.push(weight(name, input.dtype, input.shape, data))
      return name
    })
    const graph: Graph = {
      ...this.#graph,
      nodes: [...this.#graph.nodes, node(attempt.operator, inputs, names, attempt.attributes)],
      outputs: [...this.#graph.outputs, ...names.map((name) => ({ name }))],
      weights,
    }
    try {
      this.#exact = readExactGraph(onnx(graph))
    } catch (error) {
      if (error instanceof NotExactError || error instanceof ModelError) return
      throw error
    }
    this.#graph = graph
    const made = this.#valuesOf(this.#exact, names)
    this.#values = [...this.#values, ...made]
    const [first] = made
    if (first && attempt.next) this.#grow(attempt.next(first))
  }

  #valuesOf({ graph, slots }: ExactGraph, names: readonly string[]): Value[] {
    return names.flatMap((name) => {
      const output = graph.outputs.find((output) => output.name === name)
      const slot = output && slots[output.slot]
      return slot ? [{ name, dtype: slot.dtype, shape: slot.shape }] : []
    })
  }
}

/** Larger values make a graph slow and no more random. */
const MAX_ELEMENTS = 2000

function attemptOf([kind, first, second]: Step, values: readonly Value[]): Attempt | undefined {
  const of: Choice['of'] = (dtypes, pick, rank) => {
    // The youngest first, so that chains grow.
    const fit = values
      .filter(
        ({ dtype, shape }) => dtypes.includes(dtype) && (rank ?? shape.length) === shape.length,
      )
      .filter(({ shape }) => elementCount(shape) <= MAX_ELEMENTS)
      .reverse()
    return fit[pick % Math.max(1, Math.min(4, fit.length))]
  }
  return at(MAKERS, kind)({ of, first, second, next: noise(first) })
}

interface Choice {
  /** One of the youngest values of these types, of this rank where one is given. */
  of(dtypes: readonly IntegerDtype[], pick: number, rank?: number): Value | undefined
  readonly first: number
  readonly second: number
  /** From −1 to 1. */
  readonly next: () => number
}

type Maker = (choice: Choice) => Attempt | undefined

const WIDE = [int32, int64]
const ALL = [bool, uint8, int8, int32, int64]

function scalar(dtype: IntegerDtype, element: number): Constant {
  return { dtype, shape: [], elements: [element] }
}

function numbers(elements: readonly number[]): Constant {
  return { dtype: int64, shape: [elements.length], elements }
}

function at<T>(list: readonly T[], pick: number): T {
  return list[pick % list.length] as T
}

/** Constants of the last axis, of one element, or of the whole shape. */
function constantFor({ dtype, shape }: Value, { second, next }: Choice, low: number, high: number) {
  const dims = at([[], shape.slice(-1), shape], second)
  const elements = Array.from({ length: elementCount(dims) }, () =>
    Math.round(low + ((next() + 1) / 2) * (high - low)),
  )
  return { dtype, shape: dims, elements }
}

const arithmetic: Maker = (choice) => {
  const a = choice.of(WIDE, choice.first)
  if (!a) return undefined
  const operator = at(['Add', 'Sub', 'Mul', 'Max', 'Min'], choice.second)
  const other = choice.of([a.dtype], choice.second)
  const isTwin = other && choice.first % 2 === 0
  return { operator, inputs: [a.name, isTwin ? other.name : constantFor(a, choice, -900, 900)] }
}

const divide: Maker = (choice) => {
  const a = choice.of(WIDE, choice.first)
  const [low, high] = at(
    [
      [1, 9],
      [300, 70_000],
      [-900, -2],
    ] as const,
    choice.first,
  )
  return a && { operator: 'Div', inputs: [a.name, constantFor(a, choice, low, high)] }
}

const requantise: Maker = ({ of, first, second }) => {
  const a = of([int32], first)
  const [low, high] = at(
    [
      [0, 255],
      [-128, 127],
      [0, 1],
    ] as const,
    second,
  )
  return a && { operator: 'Clip', inputs: [a.name, scalar(int32, low), scalar(int32, high)] }
}

const cast: Maker = ({ of, first, second }) => {
  const a = of(ALL, first)
  return a && { operator: 'Cast', inputs: [a.name], attributes: { to: BigInt(at(ALL, second)) } }
}

const unary: Maker = ({ of, first, second }) => {
  const operator = at(['Neg', 'Abs', 'Not', 'Identity'], second)
  const a = of(operator === 'Not' ? [bool] : operator === 'Identity' ? ALL : WIDE, first)
  return a && { operator, inputs: [a.name] }
}

const compare: Maker = (choice) => {
  const a = choice.of([uint8, int8, int32, int64], choice.first)
  if (!a) return undefined
  const operator = at(['Less', 'LessOrEqual', 'Equal', 'Greater', 'GreaterOrEqual'], choice.second)
  return { operator, inputs: [a.name, constantFor(a, choice, 0, 90)] }
}

const choose: Maker = (choice) => {
  const [condition, a] = [
    choice.of([bool], choice.first),
    choice.of([uint8, ...WIDE], choice.second),
  ]
  if (!condition || !a) return undefined
  return { operator: 'Where', inputs: [condition.name, a.name, constantFor(a, choice, 0, 200)] }
}

const move: Maker = ({ of, first, second }) => {
  const a = of(ALL, first)
  if (!a) return undefined
  const { shape } = a
  const axis = second % Math.max(1, shape.length)
  const size = shape[axis] ?? 1
  const inputs = [a.name]
  const perm = [...shape.keys()].map((k) => BigInt((k + 1 + second) % shape.length))
  switch (first % 9) {
    case 0:
      return { operator: 'Transpose', inputs, attributes: { perm } }
    case 1:
      return {
        operator: 'Slice',
        inputs: [a.name, ...[[second % size], [size], [axis], [1 + (second % 2)]].map(numbers)],
      }
    case 2:
      return {
        operator: 'Slice',
        inputs: [a.name, ...[[-1], [-100], [axis], [-1]].map(numbers)],
      }
    case 3:
      return { operator: 'Reshape', inputs: [a.name, numbers([size, -1])] }
    case 4:
      return {
        operator: 'Concat',
        inputs: [a.name, a.name],
        attributes: { axis: BigInt(axis) },
      }
    case 5:
      return {
        operator: 'Pad',
        inputs: [a.name, numbers([...shape, ...shape].map((_, k) => (k + second) % 3))],
      }
    case 6:
      return {
        operator: 'Split',
        inputs: [a.name, numbers([1, size - 1])],
        attributes: { axis: BigInt(axis) },
        outputs: 2,
      }
    case 7:
      return { operator: 'Expand', inputs: [a.name, numbers([2, ...shape])] }
    default:
      return {
        operator: 'Gather',
        inputs: [a.name, numbers([0, -1, second % size])],
        attributes: { axis: BigInt(axis) },
      }
  }
}

const reduce: Maker = ({ of, first, second }) => {
  const operator = at(['ReduceSum', 'ReduceMax', 'ArgMax', 'ArgMin'], second)
  const a = of(operator === 'ReduceMax' ? [uint8, int8, int32] : WIDE, first)
  if (!a || a.shape.length === 0) return undefined
  const axis = first % a.shape.length
  const keepdims = BigInt(first % 2)
  if (operator === 'ReduceSum') {
    return { operator, inputs: [a.name, numbers([axis])], attributes: { keepdims } }
  }
  const attribute = operator === 'ReduceMax' ? { axes: [BigInt(axis)] } : { axis: BigInt(axis) }
  return { operator, inputs: [a.name], attributes: { ...attribute, keepdims } }
}

/** What follows a sum of products in a compiled network. */
function requantised({ name, shape }: Value, pick: number): Attempt {
  const low = at([0, -128], pick)
  const bounds = [scalar(int32, low), scalar(int32, low + 255)]
  const features = shape.length === 4 ? [shape[1] as number, 1, 1] : shape.slice(-1)
  const elements = Array.from({ length: elementCount(features) }, (_, i) => 150 + ((i + pick) % 99))
  const attributes = { to: BigInt(low < 0 ? int8 : uint8) }
  return {
    operator: 'Div',
    inputs: [name, { dtype: int32, shape: features, elements }],
    next: (quotient) => ({
      operator: 'Clip',
      inputs: [quotient.name, ...bounds],
      next: (clipped) => ({ operator: 'Cast', inputs: [clipped.name], attributes }),
    }),
  }
}

const multiply: Maker = ({ of, first, second, next }) => {
  const a = of([uint8], first)
  const inner = a?.shape.at(-1)
  if (!a || inner === undefined) return undefined
  const columns = at([1, 4, 11, 32], second)
  const byte = () => Math.floor((next() + 1) * 127.9)
  const elements = Array.from({ length: inner * columns }, byte)
  const zeros = [scalar(uint8, at([0, 128, 255], first)), scalar(uint8, at([128, 0, 255], second))]
  return {
    operator: 'MatMulInteger',
    inputs: [a.name, { dtype: uint8, shape: [inner, columns], elements }, ...zeros],
    ...(second % 4 > 0 && { next: (sum: Value) => requantised(sum, first) }),
  }
}

const convolve: Maker = ({ of, first, second, next }) => {
  const a = of([uint8], first, 4)
  if (!a) return undefined
  const channels = a.shape[1] as number
  const [features, side] = [at([1, 8, 9], second), at([1, 2, 3], first)]
  const shape = [features, channels, side, side]
  const elements = Array.from({ length: elementCount(shape) }, () => Math.floor((next() + 1) * 127))
  return {
    operator: 'ConvInteger',
    inputs: [
      a.name,
      { dtype: uint8, shape, elements },
      scalar(uint8, at([0, 17, 255], second)),
      scalar(uint8, at([128, 0, 7], first)),
    ],
    attributes: { pads: [0n, 1n, 1n, 0n], strides: [1n, BigInt(1 + (second % 2))] },
    ...(second % 4 > 0 && { next: (sum: Value) => requantised(sum, first) }),
  }
}

const pool: Maker = ({ of, first, second }) => {
  const a = of([uint8, int8], first, 4)
  if (!a) return undefined
  const pads = at(
    [
      [0n, 0n, 0n, 0n],
      [1n, 0n, 0n, 1n],
    ],
    second,
  )
  const attributes = { kernel_shape: [2n, 2n], strides: [1n, 2n], pads }
  return { operator: 'MaxPool', inputs: [a.name], attributes }
}

const MAKERS: readonly Maker[] = [
  arithmetic,
  arithmetic,
  divide,
  requantise,
  requantise,
  cast,
  unary,
  compare,
  choose,
  move,
  move,
  reduce,
  multiply,
  convolve,
  convolve,
  pool,
]
