import type { Layer } from './layer.js'
import { type Cell, type State, unroll } from './recurrent.js'
import type { Rewrite } from './rewrite.js'

const HIDDEN = 5
const CELL = 6

const lstm: Cell = {
  gates: 4,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  initial: [HIDDEN, CELL],
  step(layer, input, [hidden, before]) {
    const [i, o, f, c] = [0, 1, 2, 3] as const
    const sum = (number: number) => layer.gate(number, input, hidden)
    const gate = (number: number, seen: string | undefined) =>
      layer.squash(0, layer.peeping(number, sum(number), seen))
    const candidate = layer.squash(1, sum(c))
    const cell = nextCell(layer, before, candidate, {
      input: () => gate(i, before),
      forget: () => gate(f, before),
    })
    return [layer.multiply(gate(o, cell), layer.activate(2, cell)), cell]
  },
}

interface Gates {
  input(): string
  forget(): string
}

/** What is kept of the state, and what is new. Coupled gates forget as much as they let in. */
function nextCell(layer: Layer, before: State[number], candidate: string, gates: Gates): string {
  if (before === undefined) return layer.multiply(gates.input(), candidate)
  if (layer.rewriter.node.attributes.int('input_forget', 0) !== 0) {
    return layer.add(before, layer.multiply(gates.input(), layer.subtract(candidate, before)))
  }
  const fresh = layer.multiply(gates.input(), candidate)
  return layer.add(layer.multiply(gates.forget(), before), fresh)
}

const gru: Cell = {
  gates: 3,
  activations: ['Sigmoid', 'Tanh'],
  initial: [HIDDEN],
  step(layer, input, [hidden]) {
    const update = layer.squash(0, layer.gate(0, input, hidden))
    const candidate = layer.squash(1, candidateSum(layer, input, hidden))
    // (1 − z) · candidate + z · hidden, with one product.
    const distance = hidden === undefined ? undefined : layer.subtract(hidden, candidate)
    const back = layer.multiply(update, distance ?? candidate)
    return [distance === undefined ? layer.subtract(candidate, back) : layer.add(candidate, back)]
  },
}

/** What the candidate state is before its activation: the reset gate acts on the state, or on its product. */
function candidateSum(layer: Layer, input: string, hidden: State[number]): string {
  const gate = 2
  const reset = () => layer.squash(0, layer.gate(1, input, hidden))
  if (layer.rewriter.node.attributes.int('linear_before_reset', 0) === 0) {
    return layer.gate(gate, input, hidden && layer.multiply(reset(), hidden))
  }
  const fresh = layer.inputPart(gate, input)
  const old = layer.statePart(gate, hidden)
  return old === undefined ? fresh : layer.add(fresh, layer.multiply(reset(), old))
}

const rnn: Cell = {
  gates: 1,
  activations: ['Tanh'],
  initial: [HIDDEN],
  step: (layer, input, [hidden]) => [layer.squash(0, layer.gate(0, input, hidden))],
}

/** An LSTM step by step, each gate a product of its own. */
export const rewriteLstm: Rewrite = (rewriter) => unroll(rewriter, lstm)

export const rewriteGru: Rewrite = (rewriter) => unroll(rewriter, gru)

export const rewriteRnn: Rewrite = (rewriter) => unroll(rewriter, rnn)
