import { type Dtype, dtypeName } from '../../tensor.js'
import { UnboundedShapeError, UnsupportedOperatorError } from '../errors.js'
import type { Attributes } from '../graph/attributes.js'
import type { GraphNode } from '../graph/graph.js'
import { DATA, type Dim, type Dims, elementList, FREE, isConcrete, type Value } from './value.js'

/** A node cannot run on inputs of these shapes; every engine would refuse it. Never leaves the model folder. */
export class IncompatibleShapesError extends Error {
  override readonly name = 'IncompatibleShapesError'

  constructor(
    readonly node: GraphNode,
    readonly reason: string,
  ) {
    super(`${node.operatorName} "${node.name}": ${reason}`)
  }
}

/** One node with what is known of its inputs: what an operator's inference reads. */
export class NodeContext {
  constructor(
    readonly node: GraphNode,
    readonly inputs: readonly (Value | undefined)[],
    /** Element types of the outputs, as the signature gives them. */
    readonly outputDtypes: readonly (Dtype | undefined)[],
  ) {}

  get version(): number {
    return this.node.version
  }

  get attributes(): Attributes {
    return this.node.attributes
  }

  get outputCount(): number {
    return this.node.outputs.length
  }

  has(index: number): boolean {
    return this.inputs[index] !== undefined
  }

  input(index: number): Value {
    return this.inputs[index] ?? this.fail(`input ${index} is missing`)
  }

  dtype(index: number): Dtype {
    return this.input(index).dtype
  }

  dims(index: number): Dims {
    return this.input(index).dims ?? this.unbounded(`the rank of input ${index} is not known`)
  }

  rank(index: number): number {
    return this.dims(index).length
  }

  dim(index: number, axis: number): Dim {
    return this.dims(index)[axis] ?? this.fail(`input ${index} has no axis ${axis}`)
  }

  /** Dimensions of an input whose shape must be known, when costs are computed. */
  shape(index: number): readonly number[] {
    const dims = this.dims(index)
    return isConcrete(dims) ? dims : this.unbounded(`the shape of input ${index} is not known`)
  }

  /**
   * The numbers in an input that decides a shape, or FREE when not even their count is known.
   * @throws UnboundedShapeError when tensor data decides one of them.
   */
  numbers(index: number): readonly Dim[] | typeof FREE {
    const { dims, elements } = this.input(index)
    if (elements === DATA) return this.unbounded(`input ${index} is computed from tensor data`)
    if (!isConcrete(dims)) return FREE
    const list = elementList(elements, countOfList(dims))
    if (list.includes(DATA)) return this.unbounded(`input ${index} is computed from tensor data`)
    return list as readonly Dim[]
  }

  /** The one number in an input that decides a shape. */
  scalar(index: number): Dim {
    const numbers = this.numbers(index)
    if (numbers === FREE) return FREE
    return numbers[0] ?? this.fail(`input ${index} is empty`)
  }

  /** An axis counted from the front; negative ones count from the end. */
  axis(axis: number, rank: number): number {
    const counted = axis < 0 ? axis + rank : axis
    if (!(counted >= 0 && counted < rank)) this.fail(`axis ${axis} of a tensor of rank ${rank}`)
    return counted
  }

  /** Distinct axes counted from the front. */
  axes(axes: readonly number[], rank: number): readonly number[] {
    const counted = axes.map((axis) => this.axis(axis, rank))
    if (new Set(counted).size !== counted.length) this.fail(`the axes [${axes}] repeat one`)
    return counted
  }

  expectRank(index: number, ...ranks: readonly number[]): Dims {
    const dims = this.dims(index)
    if (!ranks.includes(dims.length)) {
      this.fail(`input ${index} has the rank ${dims.length}, not ${ranks.join(' or ')}`)
    }
    return dims
  }

  /** The dimension that two inputs must share. */
  same(a: Dim, b: Dim, what: string): Dim {
    if (a === FREE) return b
    if (b !== FREE && a !== b) this.fail(`${what} is ${a} on one side and ${b} on the other`)
    return a
  }

  fail(reason: string): never {
    throw new IncompatibleShapesError(this.node, reason)
  }

  unbounded(reason: string): never {
    throw new UnboundedShapeError(reason, this.site)
  }

  /** Refuses a form of the operator that the engine has no kernel for. */
  unsupported(reason: string, remedy = 'Export the model without it.'): never {
    throw new UnsupportedOperatorError(reason, this.site, remedy)
  }

  unsupportedDtype(index: number, dtype: Dtype): never {
    return this.unsupported(
      `input ${index} is of the type ${dtypeName(dtype)}, for which the engine has no kernel`,
      'Cast to another type before this node.',
    )
  }

  private get site() {
    return { node: this.node.name, operator: this.node.operatorName }
  }
}

function countOfList(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1)
}
