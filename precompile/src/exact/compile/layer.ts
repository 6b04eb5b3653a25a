import type { FloatConstant } from './lowering.js'
import type { Cell, State } from './recurrent.js'
import type { Rewriter } from './rewrite.js'

const [X, W, R, B, P] = [0, 1, 2, 3, 7] as const

/** Activation functions that need no parameters, by their names in lower case. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  softplus: 'Softplus',
  softsign: 'Softsign',
  tanh: 'Tanh',
}

/** Which direction of a recurrent operator, and the size of its state. */
export interface Direction {
  readonly number: number
  readonly hidden: number
}

/** One direction of a recurrent operator: its weights gate by gate, and what a step is made of. */
export class Layer {
  private readonly inputWeights: readonly string[]
  private readonly stateWeights: readonly string[]
  private readonly biases: readonly Float64Array[] | undefined
  private readonly peepholes: readonly Float64Array[] | undefined

  constructor(
    readonly rewriter: Rewriter,
    private readonly cell: Cell,
    private readonly direction: Direction,
  ) {
    const { attributes } = rewriter.node
    for (const name of ['activation_alpha', 'activation_beta']) {
      if (attributes.has(name)) rewriter.refuse(`it has the attribute ${name}`)
    }
    this.inputWeights = this.matrices(rewriter.constant(W))
    this.stateWeights = this.matrices(rewriter.constant(R))
    this.biases = rewriter.has(B) ? this.rows(rewriter.constant(B)) : undefined
    this.peepholes = rewriter.has(P) ? this.rows(rewriter.constant(P)) : undefined
  }

  /** The hidden state, and the cell's where it has one; undefined where it starts at zero. */
  initialState(): State {
    return this.cell.initial.map((index) =>
      this.rewriter.has(index) ? this.pick(index, this.direction.number) : undefined,
    )
  }

  /** The input of one step: [batch, features]. */
  inputAt(time: number): string {
    return this.pick(X, time)
  }

  /** Input · W + state · R + both biases, for one gate. */
  gate(gate: number, input: string, hidden: string | undefined): string {
    const bias = this.sumOfBiases(gate)
    const product = this.fromInput(gate, input)
    const biased = bias ? this.add(product, this.row(bias)) : product
    return hidden === undefined ? biased : this.add(biased, this.fromState(gate, hidden))
  }

  /** Input · W + its own bias. */
  inputPart(gate: number, input: string): string {
    const bias = this.biases?.[gate]
    const product = this.fromInput(gate, input)
    return bias ? this.add(product, this.row(bias)) : product
  }

  /** State · R + its own bias; undefined where there is neither. */
  statePart(gate: number, hidden: string | undefined): string | undefined {
    const bias = this.biases?.[gate + this.cell.gates]
    if (hidden === undefined) return bias && this.row(bias)
    const product = this.fromState(gate, hidden)
    return bias ? this.add(product, this.row(bias)) : product
  }

  fromState(gate: number, hidden: string): string {
    return this.rewriter.add('MatMul', [hidden, this.stateWeights[gate] as string])
  }

  /** A gate's sum with what it sees of the cell's state; without peepholes it sees nothing. */
  peeping(gate: number, sum: string, cell: string | undefined): string {
    const weights = this.peepholes?.[gate]
    if (!weights || cell === undefined) return sum
    // As a product of matrices it keeps as many digits as what it is added to.
    const { length } = weights
    const diagonal = Float64Array.from({ length: length ** 2 }, (_, i) =>
      i % (length + 1) === 0 ? (weights[i % length] as number) : 0,
    )
    const matrix = this.rewriter.weight([length, length], diagonal)
    return this.add(sum, this.rewriter.add('MatMul', [cell, matrix]))
  }

  /** Applies an activation function to the sum of a gate, which is clipped first where the operator says so. */
  squash(number: number, sum: string): string {
    const { attributes } = this.rewriter.node
    if (!attributes.has('clip')) return this.activate(number, sum)
    const bound = attributes.float('clip', 0)
    const [low, high] = [-bound, bound].map((value) => this.rewriter.weight([], [value]))
    const raised = this.rewriter.add('Max', [sum, low as string])
    return this.activate(number, this.rewriter.add('Min', [raised, high as string]))
  }

  /** Applies an activation function of the cell, by its number. */
  activate(number: number, value: string): string {
    const { activations } = this.cell
    const names = this.rewriter.node.attributes.strings('activations') ?? []
    const name = names[this.direction.number * activations.length + number] ?? activations[number]
    const operator = FUNCTIONS[(name ?? '').toLowerCase()]
    return operator
      ? this.rewriter.add(operator, [value])
      : this.rewriter.refuse(`its activation ${name} needs parameters`)
  }

  add(a: string, b: string): string {
    return this.rewriter.add('Add', [a, b])
  }

  multiply(a: string, b: string): string {
    return this.rewriter.add('Mul', [a, b])
  }

  subtract(a: string, b: string): string {
    return this.rewriter.add('Sub', [a, b])
  }

  /** A constant that stands for every row of the batch. */
  row(values: ArrayLike<number>): string {
    return this.rewriter.weight([1, values.length], values)
  }

  private fromInput(gate: number, input: string): string {
    return this.rewriter.add('MatMul', [input, this.inputWeights[gate] as string])
  }

  private sumOfBiases(gate: number): Float64Array | undefined {
    const [input, state] = [this.biases?.[gate], this.biases?.[gate + this.cell.gates]]
    return input && state && input.map((bias, i) => bias + (state[i] as number))
  }

  /** A slice along the first axis of an input, without that axis. */
  private pick(index: number, position: number): string {
    const { rewriter } = this
    return rewriter.add('Gather', [rewriter.input(index), rewriter.integers(position)], {
      axis: 0n,
    })
  }

  /** [directions, gates · hidden, columns] as one [columns, hidden] a gate. */
  private matrices(weights: FloatConstant): readonly string[] {
    const { hidden } = this.direction
    const columns = weights.shape[2] as number
    return this.blocks(weights, hidden * columns).map((block) => {
      const turned = block.map(
        (_, i) => block[(i % hidden) * columns + Math.floor(i / hidden)] as number,
      )
      return this.rewriter.weight([columns, hidden], turned)
    })
  }

  private rows(weights: FloatConstant): readonly Float64Array[] {
    return this.blocks(weights, this.direction.hidden)
  }

  /** What a tensor holds for this direction, in blocks of a size. */
  private blocks({ values, shape: [directions = 1] }: FloatConstant, size: number) {
    const length = values.length / directions
    const own = values.subarray(
      length * this.direction.number,
      length * (this.direction.number + 1),
    )
    return Array.from({ length: length / size }, (_, i) => own.subarray(i * size, (i + 1) * size))
  }
}
