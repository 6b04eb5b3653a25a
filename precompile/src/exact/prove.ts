import type { TensorProto } from 'onnx-buf'
import { InvalidGraphError } from '../model/errors.js'
import type { BuiltGraph } from '../model/graph/build.js'
import { ABSENT, type GraphNode } from '../model/graph/graph.js'
import { DATA, isConcrete, type Value } from '../model/infer/value.js'
import { type Values, walk } from '../model/infer/walk.js'
import { dtypeName, elementCount } from '../tensor.js'
import { type Comparison, comparisonOf } from './comparison.js'
import { type Encodings, encodedInterval } from './encoding.js'
import { NotExactError } from './errors.js'
import type { ExactConstant, ExactGraph, ExactSlot } from './graph.js'
import { contains, type Interval, intervalOf, rangeOf } from './interval.js'
import { exactOperators } from './operators/index.js'
import type { BoundsContext, ExactOperator, ExactValue } from './operators/operator.js'
import { fromProto, type IntegerDtype, type IntegerTensor, isIntegerDtype } from './tensor.js'

/** Elements that a proof looks at before it gives up: some seconds of work. */
const BUDGET = 2 ** 30
/** Operator set from which on operators have the form that the subset knows. */
const MIN_VERSION = 13

/**
 * Proves that a graph gives the same bits on every engine: all its operators compute with integers, no sum overflows,
 * no divisor is zero, no index is out of range, whatever the inputs.
 * @param built - A validated graph.
 * @param constants - Its weights as they stand in the file, by slot.
 * @returns the graph with the type, shape and interval of every value.
 * @throws NotExactError which names the node and the reason.
 */
export function proveExact(
  built: BuiltGraph,
  constants: ReadonlyMap<number, TensorProto>,
  encodings: Encodings | undefined,
): ExactGraph {
  // The operators first: they settle nearly every float model, before a weight is touched.
  const operators = built.graph.nodes.map(operatorOf)
  return new Proof(built, encodings).run(operators, constants)
}

function operatorOf(node: GraphNode): ExactOperator {
  const operator = Object.hasOwn(exactOperators, node.operatorName)
    ? exactOperators[node.operatorName]
    : undefined
  if (!operator) throw new NotExactError('the operator is not in the exact subset', siteOf(node))
  return operator
}

class Proof {
  private readonly slots: (ExactSlot | undefined)[]
  private readonly constants = new Map<number, ExactConstant>()
  private readonly comparisons = new Map<number, Comparison>()
  private budget = BUDGET

  constructor(
    private readonly built: BuiltGraph,
    private readonly encodings: Encodings | undefined,
  ) {
    this.slots = new Array(built.slots)
  }

  run(
    operators: readonly ExactOperator[],
    constants: ReadonlyMap<number, TensorProto>,
  ): ExactGraph {
    const { graph } = this.built
    const values = this.inferShapes()
    graph.inputs.forEach((input, i) => {
      const encoding = this.encodings?.inputs[i]
      const { dtype, shape } = this.typed(values[input.slot], `the input "${input.name}"`)
      const interval = encoding ? encodedInterval(encoding) : rangeOf(dtype)
      this.slots[input.slot] = { dtype, shape, interval }
    })
    for (const { name, slot } of graph.weights) this.addConstant(name, slot, constants.get(slot))
    graph.nodes.forEach((node, i) => {
      this.addNode(node, operators[i] as ExactOperator, values)
    })
    this.checkOutputs()
    return {
      graph,
      operators,
      slots: this.slots as readonly ExactSlot[],
      constants: this.constants,
    }
  }

  private inferShapes(): Values {
    const { graph, slots } = this.built
    const values: Values = new Array<Value | undefined>(slots)
    for (const { name, slot, dtype, shape } of graph.inputs) {
      if (shape.includes(-1)) {
        throw new NotExactError(
          `the input "${name}" has an open dimension`,
          {},
          'Fix it with `lockstep compile --shape`.',
        )
      }
      values[slot] = { dtype, dims: shape, elements: DATA }
    }
    walk(graph, values)
    return values
  }

  private addConstant(name: string, slot: number, proto: TensorProto | undefined): void {
    const tensor = proto && fromProto(proto)
    if (!tensor) throw new NotExactError(`the weight "${name}" does not hold integers`)
    this.spend(tensor.data.length)
    const interval = intervalOf(tensor)
    // A byte that is neither 0 nor 1 is no bool: engines differ on it.
    if (!contains(rangeOf(tensor.dtype), interval)) {
      throw new NotExactError(`the weight "${name}" holds a bool that is neither 0 nor 1`)
    }
    this.constants.set(slot, { name, tensor })
    this.slots[slot] = { dtype: tensor.dtype, shape: tensor.shape, interval }
  }

  private addNode(node: GraphNode, operator: ExactOperator, values: Values): void {
    const outputs = node.outputs.map((slot) =>
      slot === ABSENT ? undefined : this.typed(values[slot], 'an output', node),
    )
    const present = outputs.filter((output) => output !== undefined)
    const inputs = this.inputsOf(node)
    const context = new NodeProof(node, inputs, present, (n) => this.spend(n, node))
    context.checkForm(operator)
    const intervals = operator.bounds(context)
    const comparison = comparisonOf(node.operatorName, inputs)
    if (comparison) this.comparisons.set(node.outputs[0] as number, comparison)
    let next = 0
    node.outputs.forEach((slot, i) => {
      const output = outputs[i]
      if (slot === ABSENT || !output) return
      const interval = intervals[next++] ?? rangeOf(output.dtype)
      this.slots[slot] = { ...output, interval: context.fits('an output', interval, output.dtype) }
    })
  }

  private inputsOf(node: GraphNode): (ExactValue | undefined)[] {
    return node.inputs.map((slot) => {
      if (slot === ABSENT) return undefined
      const value = this.slots[slot]
      if (!value) throw new InvalidGraphError('an input is missing', siteOf(node))
      return {
        ...value,
        id: slot,
        constant: this.constants.get(slot)?.tensor,
        comparison: this.comparisons.get(slot),
      }
    })
  }

  private typed(value: Value | undefined, what: string, node?: GraphNode) {
    const site = node ? siteOf(node) : {}
    if (!value || !isConcrete(value.dims)) {
      throw new NotExactError(`${what} has no shape known before a run`, site)
    }
    if (!isIntegerDtype(value.dtype)) {
      throw new NotExactError(`${what} is of the type ${dtypeName(value.dtype)}`, site)
    }
    if (elementCount(value.dims) === 0) throw new NotExactError(`${what} has no elements`, site)
    return { dtype: value.dtype, shape: value.dims }
  }

  private spend(elements: number, node?: GraphNode): void {
    this.budget -= elements
    if (this.budget < 0) {
      throw new NotExactError('the proof would take too long', node ? siteOf(node) : {})
    }
  }

  /** What the metadata promises of an output is what readers of it rely on. */
  private checkOutputs(): void {
    this.built.graph.outputs.forEach(({ name, slot }, i) => {
      const encoding = this.encodings?.outputs[i]
      const value = this.slots[slot]
      if (encoding && value && !contains(encodedInterval(encoding), value.interval)) {
        throw new NotExactError(`the output "${name}" may leave the bounds of its encoding`)
      }
    })
  }
}

class NodeProof implements BoundsContext {
  constructor(
    private readonly node: GraphNode,
    readonly inputs: readonly (ExactValue | undefined)[],
    readonly outputs: BoundsContext['outputs'],
    readonly spend: (elements: number) => void,
  ) {}

  get attributes() {
    return this.node.attributes
  }

  get version() {
    return this.node.version
  }

  /** @throws NotExactError for operator sets and element types that the operator does not admit. */
  checkForm({ dtypes, dataInput = 0 }: ExactOperator): void {
    if (this.version < MIN_VERSION) {
      this.refuse(`the operator set ${this.version} is older than ${MIN_VERSION}`)
    }
    const { dtype, shape } = this.input(dataInput)
    if (!dtypes.includes(dtype)) {
      this.refuse(`its element type ${dtypeName(dtype)} is not in the exact subset`)
    }
    if (elementCount(shape) === 0) this.refuse(`input ${dataInput} has no elements`)
  }

  input(index: number): ExactValue {
    const value = this.inputs[index]
    if (!value) throw new InvalidGraphError(`input ${index} is missing`, siteOf(this.node))
    return value
  }

  constant(index: number): IntegerTensor {
    return this.input(index).constant ?? this.refuse(`input ${index} is not a constant`)
  }

  refuse(reason: string, remedy?: string): never {
    throw new NotExactError(reason, siteOf(this.node), remedy)
  }

  fits(what: string, interval: Interval, dtype: IntegerDtype): Interval {
    if (contains(rangeOf(dtype), interval)) return interval
    const { low, high } = interval
    return this.refuse(`${what} may be anything from ${low} to ${high}, beyond ${dtypeName(dtype)}`)
  }
}

function siteOf(node: GraphNode) {
  return { node: node.name, operator: node.operatorName }
}
