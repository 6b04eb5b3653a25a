import type { AttributeValue } from '../onnx.js'
import type { Boosted } from './boost.js'
import type { Tree } from './tree.js'

/** The parallel lists in which ONNX keeps the nodes of all trees. */
interface NodeLists {
  nodes_falsenodeids: bigint[]
  nodes_featureids: bigint[]
  nodes_hitrates: number[]
  nodes_missing_value_tracks_true: bigint[]
  nodes_modes: string[]
  nodes_nodeids: bigint[]
  nodes_treeids: bigint[]
  nodes_truenodeids: bigint[]
  nodes_values: number[]
}

/** A leaf by tree and node, and its weight. */
interface Leaf {
  readonly tree: bigint
  readonly node: bigint
  readonly weight: number
}

/**
 * The attributes of a TreeEnsembleRegressor (`target`) or TreeEnsembleClassifier (`class`) as converters from
 * scikit-learn write them: nodes in depth-first order, hit rates of 1, the start in `base_values`.
 */
export function flattenTrees(
  { start, trees }: Boosted,
  prefix: 'target' | 'class',
): Record<string, AttributeValue> {
  const lists: NodeLists = {
    nodes_falsenodeids: [],
    nodes_featureids: [],
    nodes_hitrates: [],
    nodes_missing_value_tracks_true: [],
    nodes_modes: [],
    nodes_nodeids: [],
    nodes_treeids: [],
    nodes_truenodeids: [],
    nodes_values: [],
  }
  const leaves: Leaf[] = []
  for (const [tree, root] of trees.entries()) addTree(lists, leaves, BigInt(tree), root)
  return {
    base_values: [start],
    ...lists,
    [`${prefix}_ids`]: leaves.map(() => 0n),
    [`${prefix}_nodeids`]: leaves.map(({ node }) => node),
    [`${prefix}_treeids`]: leaves.map(({ tree }) => tree),
    [`${prefix}_weights`]: leaves.map(({ weight }) => weight),
  }
}

function addTree(lists: NodeLists, leaves: Leaf[], tree: bigint, root: Tree): void {
  let next = 0n
  const add = (node: Tree): bigint => {
    const id = next++
    const at = lists.nodes_nodeids.length
    const isLeaf = 'weight' in node
    lists.nodes_treeids.push(tree)
    lists.nodes_nodeids.push(id)
    lists.nodes_modes.push(isLeaf ? 'LEAF' : 'BRANCH_LEQ')
    lists.nodes_featureids.push(isLeaf ? 0n : BigInt(node.feature))
    lists.nodes_values.push(isLeaf ? 0 : node.threshold)
    lists.nodes_hitrates.push(1)
    lists.nodes_missing_value_tracks_true.push(0n)
    lists.nodes_truenodeids.push(0n)
    lists.nodes_falsenodeids.push(0n)
    if (isLeaf) {
      leaves.push({ tree, node: id, weight: node.weight })
    } else {
      lists.nodes_truenodeids[at] = add(node.whenTrue)
      lists.nodes_falsenodeids[at] = add(node.whenFalse)
    }
    return id
  }
  add(root)
}
