import { elementCount, isFloat } from '../../tensor.js'
import { type FloatGraph, type FloatNode, type FloatValue, pruned, readersOf } from './float.js'
import { lowerings } from './lowerings.js'
import { numbersOf } from './numbers.js'
import type { RealFunction, TabulatedLowering } from './table.js'

/** A graph in which chains are single nodes, and the function that each of these computes. */
export interface Chained {
  readonly graph: FloatGraph
  readonly curves: ReadonlyMap<FloatNode, RealFunction>
}

const MOST_NODES = 64

/** Functions of operators that a chain may hold, but that alone need no table. */
const PLAIN: Readonly<Record<string, TabulatedLowering['functionOf']>> = {
  Abs: () => Math.abs,
  Add: () => (a: number, b: number) => a + b,
  Clip: (attributes) => {
    const low = attributes.float('min', Number.NEGATIVE_INFINITY)
    const high = attributes.float('max', Number.POSITIVE_INFINITY)
    return (x: number, bottom = low, top = high) => Math.min(top, Math.max(bottom, x))
  },
  Div: () => (a: number, b: number) => a / b,
  HardSigmoid: (attributes) => {
    const alpha = attributes.float('alpha', 0.2)
    const beta = attributes.float('beta', 0.5)
    return (x: number) => Math.min(1, Math.max(0, alpha * x + beta))
  },
  LeakyRelu: (attributes) => {
    const alpha = attributes.float('alpha', 0.01)
    return (x: number) => (x < 0 ? alpha * x : x)
  },
  Max: () => Math.max,
  Min: () => Math.min,
  Mul: () => (a: number, b: number) => a * b,
  Neg: () => (x: number) => -x,
  Relu: () => (x: number) => Math.max(0, x),
  Sub: () => (a: number, b: number) => a - b,
}

/** What these make of one value has all its digits in 16 bits: a table would have fewer near zero. */
const POLYNOMIAL: ReadonlySet<string> = new Set(['Add', 'Mul', 'Neg', 'Sub'])

/**
 * Puts nodes together that compute one function of each element, so that a single table does it all: x · sigmoid(x), or
 * the pieces into which exporters take Gelu and HardSwish apart. Scales, sums and clamps alone stay as they are: they
 * cost nothing. So do polynomials in 16 bits, whose small values a table would round away.
 */
export function withChains(
  graph: FloatGraph,
  values: ReadonlyMap<string, FloatValue>,
  bits: 8 | 16,
): Chained {
  const chains = new Finder(graph, values, bits).find()
  if (chains.size === 0) return { graph, curves: new Map() }
  const curves = new Map<FloatNode, RealFunction>()
  const nodes = graph.nodes.map((node) => {
    const chain = chains.get(node)
    if (!chain) return node
    const single = { ...node, inputs: [chain.root] }
    curves.set(single, chain.apply)
    return single
  })
  return { graph: pruned({ ...graph, nodes }), curves }
}

/** The function that a single node computes of its first input. */
export function curveOf(node: FloatNode): RealFunction | undefined {
  const real = node.inputs.length === 1 ? realFunction(node) : undefined
  return real?.isCurved ? real.apply : undefined
}

interface Chain {
  /** The value that the nodes are a function of. */
  readonly root: string
  readonly apply: RealFunction
}

/** What is known of a value: the root that it is a function of, and the nodes between. */
interface Link {
  readonly root: string
  readonly nodes: ReadonlySet<FloatNode>
  readonly isCurved: boolean
}

class Finder {
  private readonly links = new Map<string, Link>()
  private readonly scalars = new Map<string, number>()
  private readonly outputs: ReadonlySet<string>
  private readonly readers: ReadonlyMap<string, readonly FloatNode[]>

  constructor(
    private readonly graph: FloatGraph,
    private readonly values: ReadonlyMap<string, FloatValue>,
    private readonly bits: 8 | 16,
  ) {
    this.outputs = new Set(graph.outputs)
    this.readers = readersOf(graph)
    for (const [name, tensor] of graph.constants) {
      if (elementCount(tensor.shape) !== 1 || !isFloat(tensor.dtype)) continue
      this.scalars.set(name, numbersOf(tensor)[0] as number)
    }
  }

  find(): ReadonlyMap<FloatNode, Chain> {
    const { graph, links } = this
    for (const node of graph.nodes) {
      const link = this.linkOf(node)
      if (link) links.set(node.outputs[0] as string, link)
    }
    const chains = new Map<FloatNode, Chain>()
    for (const node of graph.nodes) {
      const link = links.get(node.outputs[0] as string)
      if (link && this.isWorthATable(link) && this.isLast(node, link)) {
        chains.set(node, { root: link.root, apply: this.functionOf(node, link) })
      }
    }
    return chains
  }

  private isWorthATable({ isCurved, nodes }: Link): boolean {
    if (!isCurved || nodes.size < 2) return false
    return this.bits === 8 || [...nodes].some(({ operator }) => !POLYNOMIAL.has(operator))
  }

  private linkOf(node: FloatNode): Link | undefined {
    const real = realFunction(node)
    const [output = ''] = node.outputs
    if (!real || node.outputs.length !== 1) return undefined
    const operands = node.inputs.filter((name) => name !== '' && !this.scalars.has(name))
    const links = operands.map((name) => this.links.get(name) ?? start(name))
    const [first] = links
    if (!first || links.some(({ root }) => root !== first.root)) return undefined
    if (!this.isAlike(first.root, output)) return undefined
    const nodes = new Set([...links.flatMap((link) => [...link.nodes]), node])
    if (nodes.size > MOST_NODES) return undefined
    const isCurved = real.isCurved || operands.length > 1 || links.some((link) => link.isCurved)
    return { root: first.root, nodes, isCurved }
  }

  private isAlike(root: string, output: string): boolean {
    const [from, to] = [this.values.get(root), this.values.get(output)]
    return from !== undefined && isFloat(from.dtype) && `${from.shape}` === `${to?.shape}`
  }

  /** Whether something reads the node's output that is not of the same chain. */
  private isLast(node: FloatNode, { root }: Link): boolean {
    const [output = ''] = node.outputs
    if (this.outputs.has(output)) return true
    const readers = this.readers.get(output) ?? []
    return readers.some((reader) => this.links.get(reader.outputs[0] as string)?.root !== root)
  }

  private functionOf(last: FloatNode, { root, nodes }: Link): RealFunction {
    // A set keeps the order of the graph: what a node reads was added before it.
    const steps = [...nodes].map(({ inputs, outputs, ...node }) => ({
      inputs,
      outputs,
      apply: realFunction(node)?.apply as RealFunction,
    }))
    const [result = ''] = last.outputs
    return (x: number) => {
      const reals = new Map<string, number>([[root, x]])
      for (const { inputs, outputs, apply } of steps) {
        const operands = inputs.map((name) => reals.get(name) ?? this.scalars.get(name))
        // A missing operand takes the function's own default.
        reals.set(outputs[0] as string, apply(...(operands as number[])))
      }
      return reals.get(result) as number
    }
  }
}

function start(root: string): Link {
  return { root, nodes: new Set(), isCurved: false }
}

function realFunction({
  operator,
  attributes,
}: Pick<FloatNode, 'operator' | 'attributes'>):
  | { apply: RealFunction; isCurved: boolean }
  | undefined {
  const plain = Object.hasOwn(PLAIN, operator) ? PLAIN[operator] : undefined
  if (plain) return { apply: plain(attributes), isCurved: false }
  const lowering = Object.hasOwn(lowerings, operator) ? lowerings[operator] : undefined
  if (!lowering || !('functionOf' in lowering)) return undefined
  const { functionOf } = lowering as TabulatedLowering
  return { apply: functionOf(attributes), isCurved: true }
}
