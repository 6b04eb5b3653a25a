import type { GraphProto, NodeProto, TensorProto, ValueInfoProto } from 'onnx-buf'
import { InvalidGraphError, UnboundedShapeError, UnsupportedTypeError } from '../errors.js'
import { readDtype, readWeight } from '../file/tensor.js'
import type { ModelLimits } from '../limits.js'
import { Attributes } from './attributes.js'
import { readConstant } from './constant.js'
import {
  ABSENT,
  type Graph,
  type GraphInput,
  type GraphNode,
  type GraphOutput,
  type GraphWeight,
} from './graph.js'
import { isDefaultDomain, lookUp, operatorNameOf } from './lookup.js'

/** Names and slots of one graph; a branch sees those of the graph around it. */
class Scope {
  private readonly slots = new Map<string, number>()

  constructor(
    private readonly counter: { next: number },
    private readonly outer?: Scope,
  ) {}

  /** Gives a new name its slot. @throws InvalidGraphError when the name is taken. */
  define(name: string, limits: ModelLimits): number {
    if (name.length > limits.nameBytes) {
      throw new InvalidGraphError(`a name has ${name.length} characters`)
    }
    if (this.slots.has(name)) throw new InvalidGraphError(`the value "${name}" is made twice`)
    const slot = this.counter.next++
    this.slots.set(name, slot)
    return slot
  }

  find(name: string): number | undefined {
    return this.slots.get(name) ?? this.outer?.find(name)
  }

  branch(): Scope {
    return new Scope(this.counter, this)
  }
}

/** What building needs to know of the model around the graph. */
export interface BuildOptions {
  readonly limits: ModelLimits
  /** Imported version by domain; the default domain is ''. */
  readonly versions: ReadonlyMap<string, number>
  /**
   * Told of each node, those that are folded into weights included.
   * @param values - Number of its inputs and outputs.
   */
  onNode(operatorName: string, values: number): void
  /** Told of each weight and constant as it stands in the file. */
  onWeight(slot: number, tensor: TensorProto): void
}

/** A whole graph with the number of slots that its values take. */
export interface BuiltGraph {
  readonly graph: Graph
  readonly slots: number
}

/**
 * Checks a graph's structure and turns names into slots.
 * @throws ModelError for anything that the engine could not run, or that has no static bound.
 */
export function buildGraph(proto: GraphProto, options: BuildOptions): BuiltGraph {
  const counter = { next: 0 }
  const graph = new GraphBuilder(new Scope(counter), options).build(proto)
  return { graph, slots: counter.next }
}

class GraphBuilder {
  private readonly weights: GraphWeight[] = []
  private readonly weightNames = new Set<string>()

  constructor(
    private readonly scope: Scope,
    private readonly options: BuildOptions,
  ) {}

  build(proto: GraphProto): Graph {
    if (proto.sparseInitializer.length > 0) {
      throw new UnsupportedTypeError(
        proto.sparseInitializer[0]?.values?.name ?? '',
        'sparse tensor',
      )
    }
    for (const tensor of proto.initializer) {
      this.addWeight(tensor.name, tensor, tensor.name)
    }
    const inputs = proto.input
      // Before IR version 4 every weight was listed as an input, too.
      .filter(({ name }) => !this.weightNames.has(name))
      .map((input) => this.buildInput(input))
    const nodes = proto.node.flatMap((node) => this.buildNode(node) ?? [])
    const outputs = proto.output.map((output) => this.buildOutput(output))
    return { nodes: markDying(nodes, outputs), inputs, outputs, weights: this.weights }
  }

  /** @param site - How errors call it. */
  private addWeight(name: string, tensor: TensorProto, site: string): void {
    const weight = readWeight(tensor, site, this.options.limits)
    const slot = this.scope.define(name, this.options.limits)
    this.weightNames.add(name)
    this.weights.push({ name, slot, weight })
    this.options.onWeight(slot, tensor)
  }

  private buildInput(proto: ValueInfoProto): GraphInput {
    const { dtype, shape } = readType(proto)
    if (dtype === undefined) throw new UnsupportedTypeError(proto.name, 'nothing declared')
    if (shape === undefined) {
      throw new UnboundedShapeError(`the input "${proto.name}" declares no rank`)
    }
    return {
      name: proto.name,
      slot: this.scope.define(proto.name, this.options.limits),
      dtype,
      shape,
    }
  }

  private buildOutput(proto: ValueInfoProto): GraphOutput {
    const slot = this.scope.find(proto.name)
    if (slot === undefined) throw new InvalidGraphError(`nothing makes the output "${proto.name}"`)
    return { name: proto.name, slot, ...readType(proto) }
  }

  /** Undefined for a constant, which becomes a weight. */
  private buildNode(proto: NodeProto): GraphNode | undefined {
    const name = proto.name || (proto.output.find((output) => output !== '') ?? '')
    const operatorName = operatorNameOf(proto.domain, proto.opType)
    const site = { node: name, operator: operatorName }
    this.options.onNode(operatorName, proto.input.length + proto.output.length)
    const attributes = new Attributes(proto.attribute, site)
    if (operatorName === 'Constant') {
      this.addWeight(proto.output[0] ?? '', readConstant(attributes, site), name)
      return undefined
    }
    const version = this.versionOf(proto.domain, site)
    const operator = lookUp(proto.domain, proto.opType, version, name)
    const inputs = proto.input.map((input) => this.findInput(input, site))
    const branches = this.buildBranches(attributes, operatorName)
    const outputs = proto.output.map((output) =>
      output === '' ? ABSENT : this.scope.define(output, this.options.limits),
    )
    if (outputs.every((slot) => slot === ABSENT))
      throw new InvalidGraphError('a node without outputs', site)
    const node = { name, operatorName, operator, version, attributes, inputs, outputs, branches }
    return { ...node, prepared: operator.prepare?.(node), dying: [] }
  }

  private findInput(name: string, site: { node: string; operator: string }): number {
    if (name === '') return ABSENT
    const slot = this.scope.find(name)
    if (slot === undefined) {
      throw new InvalidGraphError(`nothing before this node makes its input "${name}"`, site)
    }
    return slot
  }

  private versionOf(domain: string, site: { node: string; operator: string }): number {
    const version = this.options.versions.get(isDefaultDomain(domain) ? '' : domain)
    // A domain that is refused anyway is named by the look-up.
    if (version === undefined && (isDefaultDomain(domain) || domain === 'ai.onnx.ml')) {
      throw new InvalidGraphError(`the model imports no operator set for "${domain}"`, site)
    }
    return version ?? 0
  }

  private buildBranches(attributes: Attributes, operatorName: string): readonly Graph[] {
    if (operatorName !== 'If') return []
    return ['then_branch', 'else_branch'].map((name) => {
      const proto = attributes.graph(name)
      if (proto === undefined) throw new InvalidGraphError(`an If without ${name}`)
      return new GraphBuilder(this.scope.branch(), this.options).build(proto)
    })
  }
}

function readType(proto: ValueInfoProto) {
  const type = proto.type?.value
  if (type === undefined || type.case === undefined) return { dtype: undefined, shape: undefined }
  if (type.case !== 'tensorType') throw new UnsupportedTypeError(proto.name, type.case)
  const { elemType, shape } = type.value
  return {
    dtype: elemType === 0 ? undefined : readDtype(elemType, proto.name),
    shape: shape?.dim.map(({ value }) =>
      value.case === 'dimValue' && value.value >= 0n ? Number(value.value) : -1,
    ),
  }
}

/** Notes after which node each value is read for the last time. */
function markDying(
  nodes: readonly GraphNode[],
  outputs: readonly GraphOutput[],
): readonly GraphNode[] {
  const alive = new Set(outputs.map(({ slot }) => slot))
  const own = new Set(nodes.flatMap((node) => node.outputs))
  const marked = [...nodes]
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as GraphNode
    const dying: number[] = []
    for (const slot of [...readBy(node), ...node.outputs]) {
      if (slot === ABSENT || alive.has(slot) || !own.has(slot)) continue
      alive.add(slot)
      dying.push(slot)
    }
    marked[i] = { ...node, dying }
  }
  return marked
}

/** Slots that a node or its branches read. */
function readBy(node: GraphNode): readonly number[] {
  return [
    ...node.inputs,
    ...node.branches.flatMap((branch) => [
      ...branch.nodes.flatMap(readBy),
      ...branch.outputs.map(({ slot }) => slot),
    ]),
  ]
}
