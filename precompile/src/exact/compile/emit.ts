import { clone } from '@bufbuild/protobuf'
import {
  AttributeProtoSchema,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf'
import { Attributes } from '../../model/graph/attributes.js'
import type { GraphNode } from '../../model/graph/graph.js'
import { lookUp } from '../../model/graph/lookup.js'
import { IncompatibleShapesError, NodeContext } from '../../model/infer/context.js'
import { resolveDtypes } from '../../model/infer/dtypes.js'
import { DATA, isConcrete, MAX_TRACKED_ELEMENTS, type Value } from '../../model/infer/value.js'
import { dtypeName, type Shape } from '../../tensor.js'
import { comparisonOf } from '../comparison.js'
import { NotExactError } from '../errors.js'
import { contains, type Interval, intervalOf, rangeOf } from '../interval.js'
import { exactOperators } from '../operators/index.js'
import type { BoundsContext, ExactValue } from '../operators/operator.js'
import {
  type IntegerDtype,
  type IntegerTensor,
  integerTensor,
  isIntegerDtype,
  toTensor,
} from '../tensor.js'
import { EmitError } from './errors.js'
import { type AttributeValues, modelBytes, nodeProto, tensorProto, valueProto } from './proto.js'

/** Operator set of the graphs that the compiler writes. */
export const EXACT_OPSET = 17
const LONGEST_NAME = 120
/** Elements of a constant that is looked up among those already written. */
const SHARED_ELEMENTS = 4096
/** Elements that the bounds of one compilation may look at. */
const BUDGET = 2 ** 31

/** A value of the integer graph, with all that the proof knows of it. */
export interface Emitted extends ExactValue {
  readonly name: string
}

/**
 * Writes the nodes of an integer graph. Every node is typed and proved as it is written, by the same operators that
 * the proof of the finished file asks, so that a lowering can decide by the intervals of what it has.
 */
export class Emitter {
  private readonly nodes: NodeProto[] = []
  private readonly weights: TensorProto[] = []
  private readonly inputs: ValueInfoProto[] = []
  private readonly shared = new Map<string, Emitted>()
  private readonly names = new Set<string>()
  private counter = 0
  private budget = BUDGET

  /** @param reserved - Names that only the caller gives: those of the graph's inputs and outputs. */
  constructor(private readonly reserved: ReadonlySet<string>) {}

  /** An input of the graph. */
  input(name: string, dtype: IntegerDtype, shape: Shape, interval: Interval): Emitted {
    this.inputs.push(valueProto(name, dtype, shape))
    this.names.add(name)
    return { id: name, name, dtype, shape, interval, constant: undefined }
  }

  /** A weight. Small ones of equal content are written once. */
  constant(tensor: IntegerTensor, label = 'c'): Emitted {
    const isShared = tensor.data.length <= SHARED_ELEMENTS
    const key = isShared ? `${tensor.dtype}:${tensor.shape}:${tensor.data.join()}` : ''
    const known = isShared ? this.shared.get(key) : undefined
    if (known) return known
    const name = this.freshName(label)
    this.weights.push(tensorProto(name, toTensor(tensor)))
    const { dtype, shape } = tensor
    const value = { id: name, name, dtype, shape, interval: intervalOf(tensor), constant: tensor }
    if (isShared) this.shared.set(key, value)
    return value
  }

  /** A constant of one number. */
  scalar(dtype: IntegerDtype, value: number | bigint): Emitted {
    return this.constant(integerTensor(dtype, [], [value]))
  }

  /** A constant list of int64, as shapes, axes and pads are given. */
  list(values: readonly number[]): Emitted {
    return this.constant(integerTensor(7, [values.length], values))
  }

  /** A node of one output. @param label - What it is named after. @throws EmitError */
  node(
    operator: string,
    inputs: readonly (Emitted | undefined)[],
    attributes: AttributeValues = {},
    label = operator,
  ): Emitted {
    return this.nodeOf(1, operator, inputs, attributes, label)[0] as Emitted
  }

  /** A node of several outputs. @throws EmitError */
  nodeOf(
    count: number,
    operator: string,
    inputs: readonly (Emitted | undefined)[],
    attributes: AttributeValues = {},
    label = operator,
  ): readonly Emitted[] {
    const names = Array.from({ length: count }, () => this.freshName(label))
    return this.write(names, operator, inputs, attributes)
  }

  /** Gives a value the name of a graph output. */
  output(value: Emitted, name: string): Emitted {
    this.names.add(name)
    return this.write([name], 'Identity', [value], {})[0] as Emitted
  }

  /** The bytes of the graph. @param extra - Values inside it that are outputs, too. */
  bytes(
    outputs: readonly Emitted[],
    metadata: readonly { readonly key: string; readonly value: string }[] = [],
  ): Uint8Array {
    const needed = new Set(outputs.map(({ name }) => name))
    const nodes = [...this.nodes].reverse().filter((node) => {
      if (!node.output.some((name) => needed.has(name))) return false
      for (const name of node.input) needed.add(name)
      return true
    })
    return modelBytes({
      opsets: new Map([['', EXACT_OPSET]]),
      nodes: nodes.reverse(),
      inputs: this.inputs,
      outputs: outputs.map(({ name, dtype, shape }) => valueProto(name, dtype, shape)),
      weights: this.weights.filter(({ name }) => needed.has(name)),
      metadata,
    })
  }

  private write(
    names: readonly string[],
    operator: string,
    inputs: readonly (Emitted | undefined)[],
    attributes: AttributeValues,
  ): readonly Emitted[] {
    const inputNames = inputs.map((input) => input?.name ?? '')
    const proto = nodeProto(names[0] as string, operator, inputNames, names, attributes)
    const types = inferTypes(proto, operator, inputs)
    const intervals = this.prove(proto, operator, inputs, types)
    this.nodes.push(proto)
    const comparison = comparisonOf(operator, inputs)
    return types.map((type, i) => ({
      ...type,
      id: names[i] as string,
      name: names[i] as string,
      interval: intervals[i] ?? rangeOf(type.dtype),
      constant: undefined,
      comparison,
    }))
  }

  private prove(
    proto: NodeProto,
    operator: string,
    inputs: readonly (Emitted | undefined)[],
    outputs: BoundsContext['outputs'],
  ): readonly Interval[] {
    const exact = Object.hasOwn(exactOperators, operator) ? exactOperators[operator] : undefined
    if (!exact) throw new EmitError(`${operator} is not in the exact subset`)
    return exact.bounds(new EmitBounds(attributesOf(proto), inputs, outputs, (n) => this.spend(n)))
  }

  private spend(elements: number): void {
    this.budget -= elements
    if (this.budget < 0) throw new EmitError('the proof would take too long')
  }

  private freshName(label: string): string {
    const short = label.slice(0, LONGEST_NAME)
    for (;;) {
      const name = `${short}.${this.counter++}`
      if (this.names.has(name) || this.reserved.has(name)) continue
      this.names.add(name)
      return name
    }
  }
}

function attributesOf(proto: NodeProto): Attributes {
  const copies = proto.attribute.map((attribute) => clone(AttributeProtoSchema, attribute))
  return new Attributes(copies, { node: proto.name, operator: proto.opType })
}

/** Types and shapes of a node's outputs, as the validator infers them. */
function inferTypes(
  proto: NodeProto,
  operatorName: string,
  inputs: readonly (Emitted | undefined)[],
): { dtype: IntegerDtype; shape: Shape }[] {
  const operator = lookUp('', operatorName, EXACT_OPSET, proto.name)
  const unprepared = {
    name: proto.name,
    operatorName,
    operator,
    version: EXACT_OPSET,
    attributes: attributesOf(proto),
    inputs: inputs.map((input, i) => (input ? i : -1)),
    outputs: proto.output.map((_, i) => inputs.length + i),
    branches: [],
  }
  const node: GraphNode = { ...unprepared, prepared: operator.prepare?.(unprepared), dying: [] }
  const values = inputs.map((input) => input && toValue(input))
  const dtypes = resolveDtypes(node, values)
  try {
    const inferred = operator.infer(new NodeContext(node, values, dtypes))
    return proto.output.map((_, i) => {
      const { dims, dtype = dtypes[i] } = inferred[i] ?? { dims: undefined }
      if (!isConcrete(dims) || dtype === undefined || !isIntegerDtype(dtype)) {
        throw new EmitError(`${operatorName} gives no integers of a known shape`)
      }
      return { dtype, shape: dims }
    })
  } catch (error) {
    if (error instanceof IncompatibleShapesError) throw new EmitError(error.message)
    throw error
  }
}

function toValue({ dtype, shape, constant }: Emitted): Value {
  const isSmall = constant !== undefined && constant.data.length <= MAX_TRACKED_ELEMENTS
  return { dtype, dims: shape, elements: isSmall ? Array.from(constant.data, Number) : DATA }
}

class EmitBounds implements BoundsContext {
  readonly version = EXACT_OPSET

  constructor(
    readonly attributes: Attributes,
    readonly inputs: readonly (Emitted | undefined)[],
    readonly outputs: BoundsContext['outputs'],
    readonly spend: (elements: number) => void,
  ) {}

  input(index: number): ExactValue {
    return this.inputs[index] ?? this.refuse(`input ${index} is missing`)
  }

  constant(index: number): IntegerTensor {
    return this.input(index).constant ?? this.refuse(`input ${index} is not a constant`)
  }

  refuse(reason: string): never {
    throw new EmitError(reason)
  }

  fits(what: string, interval: Interval, dtype: IntegerDtype): Interval {
    if (contains(rangeOf(dtype), interval)) return interval
    const { low, high } = interval
    return this.refuse(`${what} may be anything from ${low} to ${high}, beyond ${dtypeName(dtype)}`)
  }
}

/** Whether an error says that a graph cannot be proved, rather than that the compiler is wrong. */
export function isProofError(error: unknown): error is Error {
  return error instanceof EmitError || error instanceof NotExactError
}
