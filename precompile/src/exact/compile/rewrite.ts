import type { Shape, Tensor } from '../../tensor.js'
import { LoweringError } from './errors.js'
import {
  type FloatGraph,
  type FloatNode,
  type FloatValue,
  floatNode,
  floatValueOf,
  siteOf,
} from './float.js'
import type { FloatConstant } from './lowering.js'
import { floatTensor, numbersOf, shapeTensor } from './numbers.js'
import type { AttributeValues } from './proto.js'

const REMEDY = 'Replace the operator before export, or deploy the float model as it is: `pinned`.'
/** Operator sets in which the axes of these operators became an input. */
const AXES_INPUT: Readonly<Record<string, number>> = { ReduceMean: 18, Unsqueeze: 13 }

/** Writes the simpler float nodes that compute what a node does. They go through calibration as if exported so. */
export type Rewrite = (rewriter: Rewriter) => void

/** One node that is being rewritten. */
export class Rewriter {
  readonly nodes: FloatNode[] = []
  readonly constants = new Map<string, Tensor>()
  private counter = 0

  constructor(
    private readonly graph: FloatGraph,
    private readonly values: ReadonlyMap<string, FloatValue>,
    private readonly taken: Set<string>,
    readonly node: FloatNode,
  ) {}

  /** Operator-set version of the default domain. */
  get version(): number {
    return this.graph.opsets.get('') ?? 1
  }

  get limits() {
    return this.graph.limits
  }

  has(index: number): boolean {
    return Boolean(this.node.inputs[index])
  }

  isWanted(output: number): boolean {
    return Boolean(this.node.outputs[output])
  }

  input(index: number): string {
    return this.node.inputs[index] || this.refuse(`its input ${index} is missing`)
  }

  shape(index: number): Shape {
    return floatValueOf(this.values, this.input(index)).shape
  }

  /** An input that must be a constant. @throws LoweringError */
  constant(index: number): FloatConstant {
    const tensor = this.graph.constants.get(this.input(index))
    if (!tensor) return this.refuse(`its input ${index} is not a constant`)
    return { shape: tensor.shape, values: numbersOf(tensor), tensor }
  }

  /** A new float32 constant. @returns its name */
  weight(shape: Shape, values: ArrayLike<number>): string {
    return this.keep(floatTensor(shape, values))
  }

  /** A new int64 constant: one number, or a list. @returns its name */
  integers(values: number | readonly number[]): string {
    if (typeof values !== 'number') return this.keep(shapeTensor(values))
    return this.keep({ ...shapeTensor([values]), shape: [] })
  }

  /** Adds a node of one output. @returns the output's name */
  add(operator: string, inputs: readonly string[], attributes: AttributeValues = {}): string {
    const name = this.freshName()
    this.nodes.push(floatNode(name, operator, inputs, [name], attributes))
    return name
  }

  /** The same for an operator whose axes moved from an attribute to an input. */
  addOver(
    axes: readonly number[],
    operator: string,
    input: string,
    attributes: AttributeValues = {},
  ): string {
    if (this.version >= (AXES_INPUT[operator] ?? 0)) {
      return this.add(operator, [input, this.integers(axes)], attributes)
    }
    return this.add(operator, [input], { ...attributes, axes: axes.map(BigInt) })
  }

  /** Gives a value to an output of the node. */
  finish(output: number, value: string): void {
    const name = this.node.outputs[output]
    if (name) this.nodes.push(floatNode(`${this.node.name}.${output}`, 'Identity', [value], [name]))
  }

  refuse(reason: string, remedy = REMEDY): never {
    throw new LoweringError(reason, siteOf(this.node), remedy)
  }

  private keep(tensor: Tensor): string {
    const name = this.freshName()
    this.constants.set(name, tensor)
    return name
  }

  private freshName(): string {
    for (;;) {
      const name = `${this.node.name}/${this.counter++}`
      if (this.taken.has(name)) continue
      this.taken.add(name)
      return name
    }
  }
}
