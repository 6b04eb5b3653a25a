import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import {
  type AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  AttributeProto_AttributeType as Type,
  type ValueInfoProtoSchema,
} from 'onnx-buf'
import { Dtype } from '../tensor.js'

/** A dimension is a number, or the name of one that the caller chooses. */
export type Dimensions = readonly (number | string)[]

type TensorInit = MessageInitShape<typeof TensorProtoSchema>

/** Bigints are integers, numbers are floats. */
export type Attribute =
  | bigint
  | number
  | string
  | readonly bigint[]
  | readonly number[]
  | readonly string[]
  | { readonly tensor: TensorInit }
  | { readonly graph: Graph }

export type Attributes = Readonly<Record<string, Attribute>>

const ML_DOMAIN = 'ai.onnx.ml'

/** What a small test model is made of. */
export interface Graph {
  readonly nodes: readonly MessageInitShape<typeof NodeProtoSchema>[]
  readonly inputs: readonly MessageInitShape<typeof ValueInfoProtoSchema>[]
  readonly outputs: readonly MessageInitShape<typeof ValueInfoProtoSchema>[]
  readonly weights?: readonly TensorInit[]
}

/** Versions of the operator sets that a test model imports, and what else stands around its graph. */
export interface Opsets {
  readonly ai?: number
  readonly ml?: number
  /** Entries of the file's own metadata. */
  readonly metadata?: readonly { readonly key: string; readonly value: string }[]
}

/** The bytes of an ONNX file with this graph. */
export function onnx(graph: Graph, { ai = 17, ml, metadata = [] }: Opsets = {}): Uint8Array {
  const opsetImport = [{ domain: '', version: BigInt(ai) }]
  if (ml !== undefined) opsetImport.push({ domain: ML_DOMAIN, version: BigInt(ml) })
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport,
      graph: toGraph(graph),
      metadataProps: [...metadata],
    }),
  )
}

function toGraph({ nodes, inputs, outputs, weights = [] }: Graph) {
  return {
    name: 'test',
    node: [...nodes],
    input: [...inputs],
    output: [...outputs],
    initializer: [...weights],
  }
}

/** A node. @param operator - `Op`, or `domain.Op` outside the default domain. */
export function node(
  operator: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Attributes = {},
): MessageInitShape<typeof NodeProtoSchema> {
  const dot = operator.lastIndexOf('.')
  return {
    domain: operator.slice(0, Math.max(0, dot)),
    opType: operator.slice(dot + 1),
    name: output[0] ?? operator,
    input: [...input],
    output: [...output],
    attribute: Object.entries(attributes).map(([name, value]) => toAttribute(name, value)),
  }
}

/** A graph input or output. */
export function value(
  name: string,
  dtype: Dtype,
  dimensions: Dimensions,
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = dimensions.map((dimension) =>
    typeof dimension === 'string'
      ? { value: { case: 'dimParam' as const, value: dimension } }
      : { value: { case: 'dimValue' as const, value: BigInt(dimension) } },
  )
  return {
    name,
    type: { value: { case: 'tensorType', value: { elemType: dtype, shape: { dim } } } },
  }
}

/** A weight from elements that are already of its type. */
export function weight(
  name: string,
  dtype: Dtype,
  dimensions: readonly number[],
  elements: ArrayBufferView,
): TensorInit {
  return {
    name,
    dataType: dtype,
    dims: dimensions.map(BigInt),
    rawData: bytesOf(elements),
  }
}

/** The little-endian bytes of a typed array. */
export function bytesOf(elements: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    elements.buffer.slice(
      elements.byteOffset,
      elements.byteOffset + elements.byteLength,
    ) as ArrayBuffer,
  )
}

function toAttribute(
  name: string,
  value: Attribute,
): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === 'bigint') return { name, type: Type.INT, i: value }
  if (typeof value === 'number') return { name, type: Type.FLOAT, f: value }
  if (typeof value === 'string') return { name, type: Type.STRING, s: utf8(value) }
  if ('tensor' in value) return { name, type: Type.TENSOR, t: value.tensor }
  if ('graph' in value) return { name, type: Type.GRAPH, g: toGraph(value.graph) }
  return toListAttribute(name, value)
}

function toListAttribute(
  name: string,
  list: readonly (bigint | number | string)[],
): MessageInitShape<typeof AttributeProtoSchema> {
  switch (typeof list[0]) {
    case 'number':
      return { name, type: Type.FLOATS, floats: list as number[] }
    case 'string':
      return { name, type: Type.STRINGS, strings: (list as string[]).map(utf8) }
    default:
      return { name, type: Type.INTS, ints: list as bigint[] }
  }
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** A generator of repeatable numbers in [−1, 1). */
export function noise(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 31 - 1
  }
}

/** A dense network of float32: `x[1, 8]` → Gemm, Tanh, Gemm, Softmax → `y[1, 3]`. */
export function denseNetwork(): Uint8Array {
  const next = noise(1)
  const floats = (count: number) => Float32Array.from({ length: count }, next)
  return onnx({
    nodes: [
      node('Gemm', ['x', 'w1', 'b1'], ['h1']),
      node('Tanh', ['h1'], ['h2']),
      node('Gemm', ['h2', 'w2', 'b2'], ['h3']),
      node('Softmax', ['h3'], ['y'], { axis: 1n }),
    ],
    inputs: [value('x', Dtype.float32, [1, 8])],
    outputs: [value('y', Dtype.float32, [1, 3])],
    weights: [
      weight('w1', Dtype.float32, [8, 16], floats(128)),
      weight('b1', Dtype.float32, [16], floats(16)),
      weight('w2', Dtype.float32, [16, 3], floats(48)),
      weight('b2', Dtype.float32, [3], floats(3)),
    ],
  })
}

/** One operator on one input of free length: `x[n]` → `y[n]`. */
export function elementwise(operator: string, dtype: Dtype): Uint8Array {
  return onnx({
    nodes: [node(operator, ['x'], ['y'])],
    inputs: [value('x', dtype, ['n'])],
    outputs: [value('y', dtype, ['n'])],
  })
}

/** One operator on two inputs of one free length: `a[n], b[n]` → `y[n]`. */
export function binary(operator: string, dtype: Dtype): Uint8Array {
  return onnx({
    nodes: [node(operator, ['a', 'b'], ['y'])],
    inputs: [value('a', dtype, ['n']), value('b', dtype, ['n'])],
    outputs: [value('y', dtype, ['n'])],
  })
}

/** A table look-up, which rejects indices out of range: `i[n]` int64 → `y[n]` float32 of 4 entries. */
export function lookup(): Uint8Array {
  return onnx({
    nodes: [node('Gather', ['table', 'i'], ['y'])],
    inputs: [value('i', Dtype.int64, ['n'])],
    outputs: [value('y', Dtype.float32, ['n'])],
    weights: [weight('table', Dtype.float32, [4], Float32Array.of(0.5, 1.5, 2.5, 3.5))],
  })
}

/** A chain of large products that keeps a worker busy: `x[size, size]` → `y[size, size]`. */
export function longRun(size: number, products: number): Uint8Array {
  const nodes = Array.from({ length: products }, (_, i) => [
    node('MatMul', [i === 0 ? 'x' : `h${i}`, 'w'], [`p${i}`]),
    node('Tanh', [`p${i}`], [i === products - 1 ? 'y' : `h${i + 1}`]),
  ]).flat()
  const next = noise(2)
  return onnx({
    nodes,
    inputs: [value('x', Dtype.float32, [size, size])],
    outputs: [value('y', Dtype.float32, [size, size])],
    weights: [
      weight('w', Dtype.float32, [size, size], Float32Array.from({ length: size * size }, next)),
    ],
  })
}
