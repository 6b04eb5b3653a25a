import { clone, create } from '@bufbuild/protobuf'
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  type NodeProto,
  NodeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf'
import { UnboundedShapeError } from '../../model/errors.js'
import { parseModelProto } from '../../model/file/parse.js'
import { Attributes } from '../../model/graph/attributes.js'
import { readConstant } from '../../model/graph/constant.js'
import { isDefaultDomain } from '../../model/graph/lookup.js'
import type { ModelLimits } from '../../model/limits.js'
import { openModel } from '../../model/read.js'
import type { Dtype, Shape, Tensor } from '../../tensor.js'
import {
  type AttributeValues,
  modelBytes,
  nodeProto,
  operatorOf,
  tensorOf,
  tensorProto,
  valueProto,
} from './proto.js'

/** Type and shape of a value of the float graph. */
export interface FloatValue {
  readonly dtype: Dtype
  /** −1 for a dimension that is still open. */
  readonly shape: Shape
}

export interface NamedValue extends FloatValue {
  readonly name: string
}

/** One operation of the float graph, by names. */
export interface FloatNode {
  /** The node's name, or its first output where it has none. */
  readonly name: string
  /** `Op`, or `domain.Op` outside the default domain. */
  readonly operator: string
  /** '' for an optional input or output that is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributeProtos: readonly AttributeProto[]
  readonly attributes: Attributes
}

/** A float model that the compiler's passes rewrite. */
export interface FloatGraph {
  readonly opsets: ReadonlyMap<string, number>
  readonly limits: ModelLimits
  readonly inputs: readonly NamedValue[]
  readonly outputs: readonly string[]
  readonly nodes: readonly FloatNode[]
  readonly constants: ReadonlyMap<string, Tensor>
}

/** Reads a model that anybody may have made. @throws ModelError as `readModel` does. */
export function readFloatGraph(bytes: Uint8Array, limits: ModelLimits): FloatGraph {
  const { inputs, built } = openModel(bytes, limits)
  const proto = parseModelProto(bytes, limits)
  const graph = proto.graph as GraphProto
  const opsets = new Map(
    proto.opsetImport.map(({ domain, version }) => [
      isDefaultDomain(domain) ? '' : domain,
      Number(version),
    ]),
  )
  return {
    opsets,
    limits,
    inputs,
    outputs: built.graph.outputs.map(({ name }) => name),
    ...readNodes(graph),
  }
}

/** Nodes and constants of a graph or branch; Constant nodes become constants. */
export function readNodes(graph: GraphProto): Pick<FloatGraph, 'nodes' | 'constants'> {
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensorOf(tensor)]))
  const nodes: FloatNode[] = []
  for (const proto of graph.node) {
    const node = readNode(proto)
    if (node.operator !== 'Constant') nodes.push(node)
    else constants.set(node.outputs[0] ?? '', tensorOf(readConstant(node.attributes, siteOf(node))))
  }
  return { nodes, constants }
}

function readNode(proto: NodeProto): FloatNode {
  const name = proto.name || (proto.output.find((output) => output !== '') ?? '')
  return floatNode(name, operatorOf(proto), proto.input, proto.output, proto.attribute)
}

/** A node of the float graph that a pass makes. */
export function floatNode(
  name: string,
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: AttributeValues | readonly AttributeProto[] = {},
): FloatNode {
  const attributeProtos = nodeProto(name, operator, [], [], attributes).attribute
  // Attributes takes the lists out of the protobuf messages that it is given.
  const copies = attributeProtos.map((proto) => clone(AttributeProtoSchema, proto))
  return {
    name,
    operator,
    inputs: [...inputs],
    outputs: [...outputs],
    attributeProtos,
    attributes: new Attributes(copies, { node: name, operator }),
  }
}

/** Where an error about a node arose. */
export function siteOf({ name, operator }: FloatNode): { node: string; operator: string } {
  return { node: name, operator }
}

/** The bytes of a model with this graph and the named values as outputs, of which the type need not be known. */
export function floatBytes(graph: FloatGraph, outputs: readonly string[]): Uint8Array {
  return modelBytes({
    opsets: graph.opsets,
    nodes: graph.nodes.map((node) =>
      clone(
        NodeProtoSchema,
        nodeProto(node.name, node.operator, node.inputs, node.outputs, node.attributeProtos),
      ),
    ),
    inputs: graph.inputs.map(({ name, dtype, shape }) => valueProto(name, dtype, shape)),
    outputs: outputs.map((name) => untyped(name)),
    weights: [...graph.constants].map(([name, tensor]) => tensorProto(name, tensor)),
  })
}

function untyped(name: string): ValueInfoProto {
  return create(ValueInfoProtoSchema, { name })
}

/**
 * Types and shapes of all values outside branches.
 * @throws UnboundedShapeError when one has no shape known before a run.
 */
export function inferFloatValues(graph: FloatGraph): ReadonlyMap<string, FloatValue> {
  const values = new Map<string, FloatValue>(graph.inputs.map((input) => [input.name, input]))
  for (const [name, tensor] of graph.constants) values.set(name, tensor)
  const made = graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''))
  if (made.length === 0) return values
  const { outputs } = openModel(floatBytes(graph, made), graph.limits)
  for (const { name, dtype, shape } of outputs) values.set(name, { dtype, shape })
  return values
}

/** The value's type and shape. @throws UnboundedShapeError when a dimension is open. */
export function floatValueOf(values: ReadonlyMap<string, FloatValue>, name: string): FloatValue {
  const value = values.get(name)
  if (!value || value.shape.some((dim) => dim < 0)) {
    throw new UnboundedShapeError(`the shape of "${name}" is not known`)
  }
  return value
}

/** Names of all values outside branches. */
export function namesOf({ inputs, constants, nodes }: FloatGraph): Set<string> {
  const made = nodes.flatMap(({ outputs }) => outputs)
  return new Set([...inputs.map(({ name }) => name), ...constants.keys(), ...made])
}

/** Names that a node reads, those that its branches take from around them included. */
export function namesRead(node: FloatNode): readonly string[] {
  const names = node.inputs.filter((name) => name !== '')
  for (const proto of node.attributeProtos) if (proto.g) names.push(...capturedBy(proto.g))
  return names
}

function capturedBy(graph: GraphProto): readonly string[] {
  const own = new Set(graph.initializer.map(({ name }) => name))
  const captured: string[] = []
  const read = (name: string) => {
    if (name !== '' && !own.has(name)) captured.push(name)
  }
  for (const node of graph.node) {
    node.input.forEach(read)
    for (const { g } of node.attribute) if (g) capturedBy(g).forEach(read)
    for (const name of node.output) own.add(name)
  }
  for (const { name } of graph.output) read(name)
  return captured
}

/** The nodes that read each value as an input of theirs. */
export function readersOf({ nodes }: FloatGraph): ReadonlyMap<string, readonly FloatNode[]> {
  const all = new Map<string, FloatNode[]>()
  for (const node of nodes) {
    for (const name of new Set(node.inputs)) {
      const readers = all.get(name)
      if (readers) readers.push(node)
      else all.set(name, [node])
    }
  }
  return all
}

/** Leaves out the nodes and constants that no output needs. */
export function pruned(graph: FloatGraph): FloatGraph {
  const needed = new Set(graph.outputs)
  const nodes: FloatNode[] = []
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue
    nodes.push(node)
    for (const name of namesRead(node)) needed.add(name)
  }
  const constants = new Map([...graph.constants].filter(([name]) => needed.has(name)))
  return { ...graph, nodes: nodes.reverse(), constants }
}
