import { Dtype, type Tensor } from '../tensor.js'
import { type Attributes, node, onnx, value } from './onnx.js'

/** Whole numbers from 0 to below a bound. */
export type Draw = (bound: number) => number

/** A generator of repeatable draws. */
export function draws(seed: number): Draw {
  let state = seed >>> 0
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
}

export const MODES = [
  'BRANCH_LEQ',
  'BRANCH_LT',
  'BRANCH_GTE',
  'BRANCH_GT',
  'BRANCH_EQ',
  'BRANCH_NEQ',
] as const

/** Thresholds at which comparisons of float32 go wrong first. */
const NOTABLE = [
  0, -0, 1.401298464324817e-45, -1.401298464324817e-45, 1.1754943508222875e-38, 1, -1, 16777216,
  -16777217, 3.4028234663852886e38, -3.4028234663852886e38,
].map(Math.fround)

/** A threshold: notable, or any float32 of ordinary size. */
export function drawNumber(draw: Draw): number {
  if (draw(3) === 0) return NOTABLE[draw(NOTABLE.length)] as number
  return Math.fround((draw(2 ** 24) - 2 ** 23) / 2 ** draw(32))
}

export interface ForestOptions {
  readonly trees: number
  readonly depth: number
  readonly features: number
  readonly modes: readonly string[]
  /** Targets or classes of which a leaf may have weights. */
  readonly targets: readonly number[]
  /** Whether leaves leave out targets at random. */
  readonly isSparse?: boolean
  readonly weight: (draw: Draw) => number
  readonly threshold?: (draw: Draw) => number
}

/** The lists of a tree ensemble. */
export interface ForestLists {
  readonly attributes: Attributes
  readonly thresholds: readonly number[]
}

/** Draws trees as the attributes of an operator. @param prefix - How those of the leaves' weights begin. */
export function drawForest(
  draw: Draw,
  prefix: 'target' | 'class',
  options: ForestOptions,
): ForestLists {
  const { trees, depth, features, modes, targets, weight, threshold = drawNumber } = options
  const nodes: {
    tree: number
    id: number
    mode: string
    feature: number
    value: number
    yes: number
    no: number
  }[] = []
  const leaves: { tree: number; id: number; target: number; weight: number }[] = []
  for (let tree = 0; tree < trees; tree++) {
    let next = 0
    const add = (room: number): number => {
      const id = next++
      const isLeaf = room === 0 || (room < depth && draw(5) === 0)
      const made = {
        tree,
        id,
        mode: isLeaf ? 'LEAF' : (modes[draw(modes.length)] as string),
        feature: isLeaf ? 0 : draw(features),
        value: isLeaf ? 0 : threshold(draw),
        yes: 0,
        no: 0,
      }
      nodes.push(made)
      if (isLeaf) {
        const kept = targets.filter(
          (_, i) => !options.isSparse || draw(2) === 0 || (tree === 0 && i === 0),
        )
        for (const target of kept) leaves.push({ tree, id, target, weight: weight(draw) })
      } else {
        made.yes = add(room - 1)
        made.no = add(room - 1)
      }
      return id
    }
    add(depth)
  }
  const ints = (list: readonly number[]) => list.map(BigInt)
  return {
    thresholds: nodes.filter(({ mode }) => mode !== 'LEAF').map((branch) => branch.value),
    attributes: {
      nodes_treeids: ints(nodes.map(({ tree }) => tree)),
      nodes_nodeids: ints(nodes.map(({ id }) => id)),
      nodes_modes: nodes.map(({ mode }) => mode),
      nodes_featureids: ints(nodes.map(({ feature }) => feature)),
      nodes_values: nodes.map((branch) => branch.value),
      nodes_truenodeids: ints(nodes.map(({ yes }) => yes)),
      nodes_falsenodeids: ints(nodes.map(({ no }) => no)),
      [`${prefix}_treeids`]: ints(leaves.map(({ tree }) => tree)),
      [`${prefix}_nodeids`]: ints(leaves.map(({ id }) => id)),
      [`${prefix}_ids`]: ints(leaves.map(({ target }) => target)),
      [`${prefix}_weights`]: leaves.map((leaf) => leaf.weight),
    },
  }
}

const bits = new DataView(new ArrayBuffer(4))

/** The float32 next to a finite one, or the same where there is none. */
export function besides(number: number, up: boolean): number {
  if (number === 0) return up ? 1.401298464324817e-45 : -1.401298464324817e-45
  bits.setFloat32(0, number)
  bits.setInt32(0, bits.getInt32(0) + (up === number > 0 ? 1 : -1))
  const next = bits.getFloat32(0)
  return Number.isFinite(next) ? next : number
}

/** Rows of features at, just beside and far from thresholds. */
export function drawRows(
  draw: Draw,
  rows: number,
  features: number,
  thresholds: readonly number[],
): Float32Array {
  return Float32Array.from({ length: rows * features }, () => {
    const near = thresholds[draw(thresholds.length)] ?? 0
    switch (draw(5)) {
      case 0:
        return besides(near, true)
      case 1:
        return besides(near, false)
      case 2:
        return -near
      case 3:
        return drawNumber(draw)
      default:
        return near
    }
  })
}

export function tensorOf(
  dtype: Dtype,
  shape: readonly number[],
  elements: ArrayBufferView,
): Tensor {
  const { buffer, byteOffset, byteLength } = elements
  return { dtype, shape, data: new Uint8Array(buffer, byteOffset, byteLength).slice() }
}

/** A model of operators of `ai.onnx.ml` in a row: `x[rows, features]` in. */
export function chain(
  rows: number,
  features: number,
  operators: readonly { operator: string; attributes: Attributes }[],
  { isClassifier = false, dtype = Dtype.float32 as Dtype, scores = 0 } = {},
): Uint8Array {
  const last = operators.length - 1
  const outputs = isClassifier ? ['label', 'y'] : ['y']
  return onnx(
    {
      nodes: operators.map(({ operator, attributes }, i) =>
        node(
          `ai.onnx.ml.${operator}`,
          [i === 0 ? 'x' : `h${i}`],
          i === last ? outputs : [`h${i + 1}`],
          attributes,
        ),
      ),
      inputs: [value('x', dtype, [rows, features])],
      outputs: [
        ...(isClassifier ? [value('label', Dtype.int64, [rows])] : []),
        value('y', Dtype.float32, [rows, scores]),
      ],
    },
    { ml: 3 },
  )
}
