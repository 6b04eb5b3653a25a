import { Layer } from './layer.js'
import type { Rewriter } from './rewrite.js'

const UNROLL_REMEDY = 'Give it fewer steps, or deploy the float model as it is: `pinned`.'
/** Nodes that one step of any cell stays below. */
const NODES_A_STEP = 32
const X = 0
const LENGTHS = 4

/** The parts of a state by name, the hidden one first; undefined for a part that is still zero. */
export type State = readonly (string | undefined)[]

/** What sets one recurrent operator apart from another. */
export interface Cell {
  /** Blocks of `hidden_size` rows in the weights. */
  readonly gates: number
  /** Default activation functions. */
  readonly activations: readonly string[]
  /** Indices of the inputs that hold the initial state, part by part. */
  readonly initial: readonly number[]
  /** Writes one step. @returns the state after it */
  step(layer: Layer, input: string, state: State): State
}

const DIRECTIONS: Readonly<Record<string, readonly boolean[]>> = {
  forward: [false],
  reverse: [true],
  bidirectional: [false, true],
}

/** Writes a recurrent operator step by step: how many there are is known, as every shape is. */
export function unroll(rewriter: Rewriter, cell: Cell): void {
  const { attributes } = rewriter.node
  const [steps, batch] = rewriter.shape(X) as [number, number]
  const hidden = attributes.requiredInt('hidden_size')
  const directions = DIRECTIONS[attributes.string('direction', 'forward')] ?? []
  expectWholeLengths(rewriter, steps)
  if (steps * directions.length * NODES_A_STEP > rewriter.limits.nodes) {
    rewriter.refuse(`its ${steps} steps are too many to write one by one`, UNROLL_REMEDY)
  }
  const runs = directions.map((isReverse, number) =>
    run(new Layer(rewriter, cell, { number, hidden }), cell, { steps, isReverse }),
  )
  const pieces = (names: readonly (string | undefined)[], shape: readonly number[]) =>
    names.map((name = '') => rewriter.add('Reshape', [name, rewriter.integers(shape)]))
  if (rewriter.isWanted(0)) {
    const perStep = Array.from({ length: steps }, (_, t) => {
      const hiddens = runs.map((direction) => direction.hiddens[t])
      return joined(rewriter, 1, pieces(hiddens, [1, 1, batch, hidden]))
    })
    rewriter.finish(0, joined(rewriter, 0, perStep))
  }
  cell.initial.forEach((_, part) => {
    if (!rewriter.isWanted(part + 1)) return
    const last = runs.map(({ state }) => state[part])
    rewriter.finish(part + 1, joined(rewriter, 0, pieces(last, [1, batch, hidden])))
  })
}

interface Course {
  readonly steps: number
  readonly isReverse: boolean
}

/** All steps of a direction: its hidden states by time, and the state at its end. */
function run(layer: Layer, cell: Cell, { steps, isReverse }: Course) {
  const hiddens: (string | undefined)[] = []
  let state = layer.initialState()
  for (let i = 0; i < steps; i++) {
    const time = isReverse ? steps - 1 - i : i
    state = cell.step(layer, layer.inputAt(time), state)
    hiddens[time] = state[0]
  }
  return { hiddens, state }
}

function expectWholeLengths(rewriter: Rewriter, steps: number): void {
  if (!rewriter.has(LENGTHS)) return
  if (rewriter.constant(LENGTHS).values.some((length) => length !== steps)) {
    rewriter.refuse('its sequences end early', 'Leave sequence_lens out.')
  }
}

function joined(rewriter: Rewriter, axis: number, parts: readonly string[]): string {
  const [first] = parts
  if (parts.length === 1 && first !== undefined) return first
  return rewriter.add('Concat', parts, { axis: BigInt(axis) })
}
