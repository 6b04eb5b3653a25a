import type { Attributes } from '../../model/graph/attributes.js'
import { numbersOf } from '../compile/numbers.js'
import { tensorOf } from '../compile/proto.js'

export type BranchMode =
  | 'BRANCH_LEQ'
  | 'BRANCH_LT'
  | 'BRANCH_GTE'
  | 'BRANCH_GT'
  | 'BRANCH_EQ'
  | 'BRANCH_NEQ'

/** What a leaf adds to one target or class. */
export interface LeafWeight {
  readonly target: number
  /** A float32. */
  readonly weight: number
}

export type ForestNode =
  | { readonly mode: 'LEAF'; readonly weights: readonly LeafWeight[] }
  | {
      readonly mode: BranchMode
      readonly feature: number
      /** A float32. */
      readonly threshold: number
      /** Positions in `Forest.nodes`. */
      readonly whenTrue: number
      readonly whenFalse: number
    }

/** The trees of a TreeEnsembleRegressor or TreeEnsembleClassifier. */
export interface Forest {
  readonly nodes: readonly ForestNode[]
  /** Position of the first node of each tree. */
  readonly roots: readonly number[]
}

/**
 * Reads the parallel lists of a node that the validator has checked.
 * @param prefix - How the attributes of the leaves' weights begin.
 */
export function readForest(attributes: Attributes, prefix: 'target' | 'class'): Forest {
  const ints = (name: string) => attributes.ints(name) ?? []
  const trees = ints('nodes_treeids')
  const ids = ints('nodes_nodeids')
  const modes = attributes.strings('nodes_modes') ?? []
  const features = ints('nodes_featureids')
  const thresholds = floats(attributes, 'nodes_values')
  const [whenTrue, whenFalse] = [ints('nodes_truenodeids'), ints('nodes_falsenodeids')]
  const positions = new Map(trees.map((tree, i) => [`${tree}:${ids[i]}`, i]))
  const weights = readWeights(attributes, prefix, positions)
  const child = (i: number, list: readonly number[]) =>
    positions.get(`${trees[i]}:${list[i]}`) as number
  const nodes = modes.map((mode, i): ForestNode => {
    if (mode === 'LEAF') return { mode, weights: weights.get(i) ?? [] }
    return {
      mode: mode as BranchMode,
      feature: features[i] as number,
      threshold: thresholds[i] as number,
      whenTrue: child(i, whenTrue),
      whenFalse: child(i, whenFalse),
    }
  })
  // A tree starts wherever the id differs from the one before.
  return { nodes, roots: trees.flatMap((tree, i) => (tree === trees[i - 1] ? [] : [i])) }
}

function readWeights(
  attributes: Attributes,
  prefix: string,
  positions: ReadonlyMap<string, number>,
): ReadonlyMap<number, readonly LeafWeight[]> {
  const trees = attributes.ints(`${prefix}_treeids`) ?? []
  const ids = attributes.ints(`${prefix}_nodeids`) ?? []
  const targets = attributes.ints(`${prefix}_ids`) ?? []
  const values = floats(attributes, `${prefix}_weights`)
  const weights = new Map<number, LeafWeight[]>()
  trees.forEach((tree, i) => {
    const position = positions.get(`${tree}:${ids[i]}`) as number
    const list = weights.get(position) ?? []
    if (list.length === 0) weights.set(position, list)
    list.push({ target: targets[i] as number, weight: values[i] as number })
  })
  return weights
}

/** Floats of an attribute, or of the tensor that takes its place. */
export function floats(attributes: Attributes, name: string): ArrayLike<number> {
  const tensor = attributes.tensor(`${name}_as_tensor`)
  return tensor ? numbersOf(tensorOf(tensor)) : (attributes.floats(name) ?? [])
}
