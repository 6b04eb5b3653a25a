import { InvalidGraphError, UnsupportedOperatorError } from '../errors.js'
import type { GraphNode } from '../graph/graph.js'
import type { NodeContext } from '../infer/context.js'
import { type Dim, type Dims, FREE } from '../infer/value.js'
import { milliMacsOf } from './mac.js'
import type { Inferred, Operator, OperatorTable, Work } from './operator.js'
import { signature } from './signature.js'
import { SINGLE } from './types.js'
import { Weight } from './weights.js'

/** What sets one recurrent operator apart from another. */
interface Cell {
  readonly signature: string
  /** Blocks of `hidden_size` rows in the weights. */
  readonly gates: number
  /** Activation functions of one direction. */
  readonly activations: number
  /** Index of the peephole weights, where the operator has them. */
  readonly peepholes?: number
}

/** Indices of the inputs that all three operators share. */
const Input = { x: 0, w: 1, r: 2, b: 3, lengths: 4, hidden: 5, cell: 6 } as const

const ACTIVATIONS: ReadonlySet<string> = new Set([
  'affine',
  'elu',
  'hardsigmoid',
  'leakyrelu',
  'relu',
  'scaledtanh',
  'sigmoid',
  'softplus',
  'softsign',
  'tanh',
  'thresholdedrelu',
])

/** Number of directions and size of the state, read from the attributes. */
interface Layer {
  readonly directions: number
  readonly hidden: number
}

function layerOf(node: Pick<GraphNode, 'attributes' | 'name' | 'operatorName'>, cell: Cell): Layer {
  const { attributes } = node
  const site = { node: node.name, operator: node.operatorName }
  if (attributes.int('layout', 0) !== 0) {
    const remedy = 'Transpose the input to [time, batch, features] and use layout 0.'
    throw new UnsupportedOperatorError(
      'its layout is 1, for which the engine has no kernel',
      site,
      remedy,
    )
  }
  const direction = attributes.string('direction', 'forward')
  if (!['forward', 'reverse', 'bidirectional'].includes(direction)) {
    throw new InvalidGraphError(`the direction "${direction}"`, site)
  }
  const hidden = attributes.requiredInt('hidden_size')
  if (hidden < 1) throw new InvalidGraphError(`hidden_size is ${hidden}`, site)
  const directions = direction === 'bidirectional' ? 2 : 1
  const names = attributes.strings('activations') ?? []
  if (names.length !== 0 && names.length !== cell.activations * directions) {
    const want = cell.activations * directions
    throw new InvalidGraphError(`${names.length} activations instead of ${want}`, site)
  }
  const unknown = names.find((name) => !ACTIVATIONS.has(name.toLowerCase()))
  if (unknown !== undefined) throw new InvalidGraphError(`the activation "${unknown}"`, site)
  return { directions, hidden }
}

/** Checks the shape of an input that may be left out; `undefined` stands for any size. */
function expectDims(
  context: NodeContext,
  index: number,
  ...want: readonly (Dim | undefined)[]
): void {
  if (!context.has(index)) return
  const dims = context.expectRank(index, want.length)
  want.forEach((size, axis) => {
    if (size !== undefined) context.same(size, dims[axis] as Dim, `axis ${axis} of input ${index}`)
  })
}

function recur(context: NodeContext, cell: Cell): readonly Inferred[] {
  const { directions, hidden } = context.node.prepared as Layer
  const [steps, batch, features] = context.expectRank(Input.x, 3) as [Dim, Dim, Dim]
  if (steps === 0 || batch === 0 || features === 0) {
    // The engine leaves the state unwritten, or traps.
    context.fail(`its input has the shape [${[steps, batch, features]}]`)
  }
  const rows = cell.gates * hidden
  expectDims(context, Input.w, directions, rows, features)
  expectDims(context, Input.r, directions, rows, hidden)
  expectDims(context, Input.b, directions, 2 * rows)
  expectDims(context, Input.lengths, batch)
  expectDims(context, Input.hidden, directions, batch, hidden)
  if (cell.peepholes !== undefined) {
    expectDims(context, Input.cell, directions, batch, hidden)
    expectDims(context, cell.peepholes, directions, 3 * hidden)
  }
  const state: Dims = [directions, batch, hidden]
  return [{ dims: [steps, directions, batch, hidden] }, { dims: state }, { dims: state }]
}

function recurWork(context: NodeContext, cell: Cell): Work {
  const { directions, hidden } = context.node.prepared as Layer
  const [steps, batch, features] = context.shape(Input.x) as [number, number, number]
  const rows = directions * steps * batch * cell.gates * hidden
  const each = milliMacsOf(context.dtype(Input.x), context.dtype(Input.w))
  return {
    // The state's product runs step by step, on as few rows as the batch has.
    milliMacs: rows * (features * each + hidden * 2 * each),
    deciOps:
      rows * (Weight.exponential + 2 * Weight.simple) +
      directions * steps * (5 * Weight.product + 2 * Weight.product * batch),
    workspaceBytes: 8 * (rows + directions * (steps + 4) * batch * hidden),
  }
}

function recurrentOperator(cell: Cell): Operator {
  return {
    signature: signature(cell.signature, { T: { 7: SINGLE } }),
    prepare: (node) => layerOf(node, cell),
    infer: (context) => recur(context, cell),
    inferUnranked: (context) => {
      const { directions, hidden } = context.node.prepared as Layer
      const state: Dims = [directions, FREE, hidden]
      return [{ dims: [FREE, ...state] }, { dims: state }, { dims: state }]
    },
    work: (context) => recurWork(context, cell),
  }
}

/** Recurrent layers. */
export const recurrent: OperatorTable = {
  LSTM: recurrentOperator({
    signature: 'T, T, T, T?, int32?, T?, T?, T? -> T?, T?, T?',
    gates: 4,
    activations: 3,
    peepholes: 7,
  }),
  GRU: recurrentOperator({
    signature: 'T, T, T, T?, int32?, T? -> T?, T?',
    gates: 3,
    activations: 2,
  }),
  RNN: recurrentOperator({
    signature: 'T, T, T, T?, int32?, T? -> T?, T?',
    gates: 1,
    activations: 1,
  }),
}
