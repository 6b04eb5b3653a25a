import {
  bytesPerElement,
  Dtype,
  type Model,
  ModelError,
  readModel,
  type Shape,
  type Tensor,
} from '@lockstep/precompile'
import { type Attributes, node, onnx, value, weight } from '../../precompile/src/testing/onnx.js'
import type { Gene } from './genome.js'

/** A value of a graph: made by a node, or a weight. */
export interface Edge {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: Shape
  readonly weight?: ReturnType<typeof weight>
}

/** A step that the validator refuses, or that would make a graph larger than the search wants. */
export class Unfit extends Error {
  override readonly name = 'Unfit'
}

/** Elements that a tensor of the search may have. */
const MAX_ELEMENTS = 2 ** 18
/** The last operator set with the older operators, and the latest one. */
export const opsets = [21, 26] as const
const FLOATS: readonly Dtype[] = [Dtype.float32, Dtype.float64, Dtype.float16]
/** Small enough to travel back. */
const OUTPUT_ELEMENTS = 16

/** What floats are like: some arithmetic takes longer on the smallest and the largest of them. */
export const temperaments = ['waves', 'tiny', 'huge', 'wide', 'rising'] as const
export type Temperament = (typeof temperaments)[number]

/** The graph's input, and what holds for all of it. */
export interface Start {
  readonly dtype: Dtype
  readonly shape: Shape
  readonly temperament: Temperament
  readonly opset: number
  /** Leaves the dimensions of the input to the caller, so that the engine knows no shape beforehand. */
  readonly isOpen: boolean
}

interface NodeInit {
  readonly operator: string
  readonly inputs: readonly (Edge | undefined)[]
  readonly attributes: Attributes
  readonly outputs: readonly string[]
}

interface DraftNode extends Omit<NodeInit, 'outputs'> {
  readonly outputs: readonly Edge[]
}

/** A graph under way. Each node is shown to the validator alone, which says what shape it gives. */
export class Draft {
  readonly input: Edge
  readonly #start: Start
  #nodes: DraftNode[] = []
  #names = 0

  constructor(start: Start) {
    this.#start = start
    this.input = { name: 'x', dtype: start.dtype, shape: start.shape }
  }

  get size(): number {
    return this.#nodes.length
  }

  /** Forgets all nodes but the first ones. */
  cutTo(size: number): void {
    this.#nodes.length = size
  }

  /** Values that a further node may read, the latest last. */
  edges(): readonly Edge[] {
    return [this.input, ...this.#nodes.flatMap(({ outputs }) => outputs)]
  }

  /**
   * Adds a node.
   * @returns its first output.
   * @throws Unfit
   */
  add(
    operator: string,
    inputs: readonly (Edge | undefined)[],
    attributes: Attributes = {},
    outputs = 1,
  ): Edge {
    const made = Array.from({ length: outputs }, () => `v${this.#names++}`)
    const model = admit(this.#sole({ operator, inputs, attributes, outputs: made }))
    const { outputShapes } = model.evaluate(model.inputs.map(({ shape }) => shape))
    const edges = made.map((name, i) => {
      const shape = outputShapes[i] ?? []
      if (count(shape) > MAX_ELEMENTS || count(shape) === 0)
        throw new Unfit('its output is too large')
      return { name, dtype: model.outputs[i]?.dtype ?? Dtype.float32, shape }
    })
    this.#nodes.push({ operator, inputs, outputs: edges, attributes })
    return edges[0] as Edge
  }

  as(x: Edge, dtype: Dtype): Edge {
    return x.dtype === dtype ? x : this.add('Cast', [x], { to: BigInt(dtype) })
  }

  reshaped(x: Edge, shape: Shape): Edge {
    return `${x.shape}` === `${shape}` ? x : this.add('Reshape', [x, this.list(...shape)])
  }

  /** The same elements under a random shape of this rank. */
  ranked(gene: Gene, x: Edge, rank: number): Edge {
    if (x.shape.length === rank && gene.chance(0.5)) return x
    return this.reshaped(x, factored(gene, count(x.shape), rank))
  }

  list(...numbers: readonly number[]): Edge {
    const shape = [numbers.length]
    return this.#weigh(Dtype.int64, shape, BigInt64Array.from(numbers, BigInt))
  }

  scalar(dtype: Dtype, number: number): Edge {
    return this.#weigh(
      dtype,
      [],
      elementsOf(dtype, 1, () => number),
    )
  }

  floats(...numbers: readonly number[]): Edge {
    return this.#weigh(Dtype.float32, [numbers.length], Float32Array.from(numbers))
  }

  /** Whole numbers from 0 to `below`, in no order. */
  indices(shape: Shape, below: number): Edge {
    const numbers = BigInt64Array.from({ length: bounded(shape) }, (_, i) =>
      BigInt((i * 7919) % below),
    )
    return this.#weigh(Dtype.int64, shape, numbers)
  }

  weight(dtype: Dtype, shape: Shape, temperament: Temperament = 'waves'): Edge {
    const numbers = elementsOf(dtype, bounded(shape), numberOf(dtype, temperament, 1))
    return this.#weigh(dtype, shape, numbers)
  }

  /** The file of the graph whose output is what the last node gives, cut to a few elements. */
  toModel(): Uint8Array {
    const size = this.size
    const y = this.#shortened(this.#nodes.at(-1)?.outputs[0] ?? this.input)
    const nodes = this.#reaching(y)
    this.cutTo(size)
    const used = nodes.flatMap(({ inputs }) => inputs)
    const dims = this.input.shape.map((dim, axis) => (this.#start.isOpen ? `d${axis}` : dim))
    return onnx(
      {
        nodes: nodes.map((each) =>
          toProto({ ...each, outputs: each.outputs.map(({ name }) => name) }),
        ),
        inputs: [value('x', this.input.dtype, dims)],
        outputs: [{ name: y.name }],
        weights: weightsOf(used),
      },
      this.#versions,
    )
  }

  /** An input for the graph, another one in each round. */
  feed(round: number): Tensor {
    const { dtype, shape } = this.input
    const next = numberOf(dtype, this.#start.temperament, round + 2)
    return { dtype, shape, data: bytesOf(elementsOf(dtype, count(shape), next)) }
  }

  #shortened(y: Edge): Edge {
    const isShort = count(y.shape) <= OUTPUT_ELEMENTS
    if (isShort) return y === this.input ? this.add('Identity', [y]) : y
    const flat = this.add('Reshape', [y, this.list(-1)])
    return this.add('Slice', [flat, this.list(0), this.list(OUTPUT_ELEMENTS), this.list(0)])
  }

  /** The engine drops nodes that nothing reads, so they would be paid for in vain. */
  #reaching(y: Edge): readonly DraftNode[] {
    const wanted = new Set([y.name])
    const kept = this.#nodes.toReversed().filter(({ inputs, outputs }) => {
      if (!outputs.some(({ name }) => wanted.has(name))) return false
      for (const input of inputs) if (input) wanted.add(input.name)
      return true
    })
    return kept.reverse()
  }

  get #versions() {
    return { ai: this.#start.opset, ml: 3 }
  }

  /** A model of one node. */
  #sole(only: NodeInit): Uint8Array {
    const read = [...new Set(only.inputs.filter((edge) => edge !== undefined))]
    const given = read.filter(({ weight }) => !weight)
    if (given.length === 0) throw new Unfit('it depends on nothing')
    return onnx(
      {
        nodes: [toProto(only)],
        inputs: given.map(({ name, dtype, shape }) => value(name, dtype, shape)),
        outputs: only.outputs.map((name) => ({ name })),
        weights: weightsOf(read),
      },
      this.#versions,
    )
  }

  #weigh(dtype: Dtype, shape: Shape, elements: ArrayBufferView): Edge {
    const name = `w${this.#names++}`
    return { name, dtype, shape, weight: weight(name, dtype, shape, elements) }
  }
}

/** @throws Unfit */
export function admit(bytes: Uint8Array): Model {
  try {
    return readModel(bytes)
  } catch (error) {
    if (error instanceof ModelError) throw new Unfit(error.message)
    throw error
  }
}

export function count(shape: Shape): number {
  return shape.reduce((product, dim) => product * dim, 1)
}

/** A random shape of this rank and number of elements. */
export function factored(gene: Gene, elements: number, rank: number): Shape {
  const dims = new Array<number>(rank).fill(1)
  if (rank === 0 && elements !== 1) throw new Unfit('a scalar has one element')
  // Few large axes make other strides than many equal ones.
  const favourite = gene.int(0, rank - 1)
  const bias = gene.next()
  for (const factor of primes(elements)) {
    const axis = gene.chance(bias) ? favourite : gene.int(0, rank - 1)
    dims[axis] = (dims[axis] as number) * factor
  }
  return dims
}

function primes(number: number): readonly number[] {
  const factors: number[] = []
  let rest = number
  for (let factor = 2; factor * factor <= rest; ) {
    if (rest % factor === 0) {
      factors.push(factor)
      rest /= factor
    } else factor++
  }
  return rest > 1 ? [...factors, rest] : factors
}

function toProto({ operator, inputs, outputs, attributes }: NodeInit) {
  const names = inputs.map((edge) => edge?.name ?? '')
  return node(operator, names, outputs, attributes)
}

function weightsOf(edges: readonly (Edge | undefined)[]) {
  const all = new Map(edges.flatMap((edge) => (edge?.weight ? [[edge.name, edge.weight]] : [])))
  return [...all.values()]
}

function bounded(shape: Shape): number {
  if (count(shape) > MAX_ELEMENTS) throw new Unfit('its weights are too large')
  return count(shape)
}

function numberOf(dtype: Dtype, temperament: Temperament, round: number): (i: number) => number {
  if (dtype === Dtype.bool) return (i) => (i + round) % 2
  if (!FLOATS.includes(dtype)) return (i) => 1 + ((i * 7 + round) % 100)
  const wave = (i: number) => Math.sin(i * 0.37 + round)
  const exponent = dtype === Dtype.float64 ? 300 : dtype === Dtype.float32 ? 37 : 4
  switch (temperament) {
    case 'waves':
      return wave
    case 'tiny':
      return (i) => wave(i) * 10 ** -(exponent + 3)
    case 'huge':
      return (i) => wave(i) * 10 ** exponent
    case 'wide':
      return (i) => wave(i) * 10 ** (i % 2 === 0 ? exponent : -exponent)
    case 'rising':
      return (i) => i + round
  }
}

const ARRAYS = {
  [Dtype.float32]: Float32Array,
  [Dtype.float64]: Float64Array,
  [Dtype.int32]: Int32Array,
  [Dtype.uint32]: Uint32Array,
  [Dtype.int16]: Int16Array,
  [Dtype.uint16]: Uint16Array,
  [Dtype.int8]: Int8Array,
  [Dtype.uint8]: Uint8Array,
  [Dtype.bool]: Uint8Array,
} as const

function elementsOf(dtype: Dtype, length: number, next: (i: number) => number): ArrayBufferView {
  if (dtype === Dtype.int64 || dtype === Dtype.uint64) {
    return BigInt64Array.from({ length }, (_, i) => BigInt(next(i)))
  }
  // Bits of half-precision numbers between 1 and 2.
  if (dtype === Dtype.float16) return Uint16Array.from({ length }, (_, i) => 0x3c00 + (i % 1024))
  const array = ARRAYS[dtype as keyof typeof ARRAYS]
  if (!array) throw new Unfit(`no weights of ${bytesPerElement(dtype)} bytes`)
  const elements = new array(length)
  for (let i = 0; i < length; i++) elements[i] = next(i)
  return elements
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)
}
