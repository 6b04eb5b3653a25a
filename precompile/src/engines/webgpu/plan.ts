import type { ExactGraph, ExactSlot } from '../../exact/graph.js'
import { intervalOf } from '../../exact/interval.js'
import type { IntegerTensor } from '../../exact/tensor.js'
import { ABSENT, type GraphNode } from '../../model/graph/graph.js'
import { elementCount } from '../../tensor.js'
import { placeInArena } from './arena.js'
import { layoutOf, toWords } from './layout.js'
import type { Dialect } from './library.js'
import { lowerings } from './operators/index.js'
import type { LoweredInput, LoweredOutput, LoweringContext } from './operators/lowering.js'
import { type Dispatch, Planner, sizeOf } from './planner.js'
import type { Source, Storage } from './source.js'

/** A graph as kernels, with a place for every value. */
export interface Plan {
  readonly dispatches: readonly Dispatch[]
  /** In the graph's order. */
  readonly inputs: readonly Storage[]
  readonly outputs: readonly Storage[]
  /** Words of all values that a run makes. */
  readonly arenaWords: number
  readonly weights: Uint32Array<ArrayBuffer>
}

/** Turns a graph into kernels. */
export function planGraph(exact: ExactGraph, dialect: Dialect): Plan {
  return new Lowerer(exact, dialect).run()
}

class Lowerer {
  readonly #planner: Planner
  readonly #sources = new Map<number, Source>()
  /** How many nodes and outputs read each value. */
  readonly #uses: readonly number[]

  constructor(
    private readonly exact: ExactGraph,
    dialect: Dialect,
  ) {
    this.#planner = new Planner(dialect)
    this.#uses = usesOf(exact)
  }

  run(): Plan {
    const { graph } = this.exact
    const planner = this.#planner
    const inputs = graph.inputs.map(({ slot }) => {
      const { dtype, interval, shape } = this.#slot(slot)
      const storage = planner.input(layoutOf(dtype, interval), elementCount(shape))
      this.#sources.set(slot, { kind: 'stored', storage })
      return storage
    })
    for (const node of graph.nodes) this.#lower(node)
    const outputs = graph.outputs.map(({ slot }) => planner.store(this.#source(slot)))
    const { dispatches } = planner
    const arenaWords = placeInArena(dispatches, inputs, outputs)
    return { dispatches, inputs, outputs, arenaWords, weights: this.#placeWeights() }
  }

  #lower(node: GraphNode): void {
    const lowering = lowerings[node.operatorName]
    if (!lowering) throw new RangeError(`no kernel for ${node.operatorName}`)
    const slots = node.outputs.filter((slot) => slot !== ABSENT)
    const results = lowering(this.#contextOf(node, slots))
    slots.forEach((slot, i) => {
      const source = results[i] as Source
      // What is read once may be computed where it is read.
      const isShared = (this.#uses[slot] ?? 0) > 1 && source.kind === 'formula'
      const shared = () => ({ kind: 'stored', storage: this.#planner.store(source) }) as const
      this.#sources.set(slot, isShared ? shared() : source)
    })
  }

  #contextOf(
    { attributes, version, inputs }: GraphNode,
    slots: readonly number[],
  ): LoweringContext {
    const lowered = inputs.map((slot) => (slot === ABSENT ? undefined : this.#input(slot)))
    const outputs = slots.map((slot): LoweredOutput => {
      const { dtype, shape, interval } = this.#slot(slot)
      return { dtype, shape, count: elementCount(shape), layout: layoutOf(dtype, interval) }
    })
    const input = (index: number) => lowered[index] as LoweredInput
    return {
      planner: this.#planner,
      attributes,
      version,
      inputs: lowered,
      outputs,
      output: outputs[0] as LoweredOutput,
      input,
      constant: (index) => input(index).constant as IntegerTensor,
    }
  }

  #input(slot: number): LoweredInput {
    const { dtype, shape, interval } = this.#slot(slot)
    const source = () => this.#source(slot)
    return {
      dtype,
      shape,
      interval,
      count: elementCount(shape),
      constant: this.exact.constants.get(slot)?.tensor,
      // Most constants that say how to compute are never stored.
      get source() {
        return source()
      },
    }
  }

  #source(slot: number): Source {
    const known = this.#sources.get(slot)
    if (known) return known
    const source = this.#constant(slot)
    this.#sources.set(slot, source)
    return source
  }

  #constant(slot: number): Source {
    const constant = this.exact.constants.get(slot)
    if (!constant) throw new RangeError(`nothing makes the value ${slot}`)
    const { tensor } = constant
    if (tensor.data.length === 1)
      return { kind: 'literal', value: BigInt(tensor.data[0] as number) }
    const layout = layoutOf(tensor.dtype, intervalOf(tensor))
    return this.#planner.weight(layout, tensor.data.length, toWords(tensor, layout))
  }

  #slot(slot: number): ExactSlot {
    return this.exact.slots[slot] as ExactSlot
  }

  #placeWeights(): Uint32Array<ArrayBuffer> {
    let offset = 0
    for (const { storage } of this.#planner.weights) {
      storage.offset = offset
      offset += sizeOf(storage)
    }
    const words = new Uint32Array(offset)
    for (const weight of this.#planner.weights) words.set(weight.words, weight.storage.offset)
    return words
  }
}

function usesOf({ graph }: ExactGraph): number[] {
  const uses: number[] = []
  const use = (slot: number) => {
    uses[slot] = (uses[slot] ?? 0) + 1
  }
  for (const { inputs } of graph.nodes) for (const slot of inputs) if (slot !== ABSENT) use(slot)
  for (const { slot } of graph.outputs) use(slot)
  return uses
}
