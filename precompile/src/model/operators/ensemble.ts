import { Dtype } from '../../tensor.js'
import { InvalidGraphError, ModelTooLargeError } from '../errors.js'
import { readWeight } from '../file/tensor.js'
import type { GraphNode } from '../graph/graph.js'
import { defaultLimits } from '../limits.js'

type Node = Pick<GraphNode, 'attributes' | 'name' | 'operatorName' | 'version'>

/** What shapes and cost need of a validated forest. */
export interface Ensemble {
  /** Nodes that one row visits at most, over all trees. */
  readonly nodesOnPath: number
  /** Weights that the leaves it ends in add at most, over all trees. */
  readonly weightsOnPath: number
  /** Highest feature that a branch looks at; −1 when all trees are leaves. */
  readonly lastFeature: number
  /** Element type of thresholds and weights where tensors hold them; they must have the input's. */
  readonly tensorDtype: Dtype | undefined
}

/** The engine builds trees by recursion: deeper ones exhaust a stack whose size differs between machines. */
const MAX_DEPTH = 1000
/** Operator-set version from which tensors may hold thresholds and weights. */
const TENSORS_SINCE = 3

const BRANCHES: ReadonlySet<string> = new Set([
  'BRANCH_LEQ',
  'BRANCH_LT',
  'BRANCH_GTE',
  'BRANCH_GT',
  'BRANCH_EQ',
  'BRANCH_NEQ',
])

/**
 * Checks the attributes of a tree ensemble: lists of equal length, ids that exist, trees without cycles.
 * @param prefix - `target` or `class`: how the attributes of the leaves' weights begin.
 * @param scores - How many numbers the ensemble gives for one row.
 */
export function readEnsemble(node: Node, prefix: 'target' | 'class', scores: number): Ensemble {
  const reader = new EnsembleReader(node)
  const trees = reader.trees()
  const weights = reader.weightsPerNode(prefix, scores, trees)
  const paths = longestPaths(node, trees, weights)
  let nodesOnPath = 0
  let weightsOnPath = 0
  for (const root of trees.roots) {
    nodesOnPath += paths.nodes[root] as number
    weightsOnPath += paths.weights[root] as number
  }
  return {
    nodesOnPath,
    weightsOnPath,
    lastFeature: trees.lastFeature,
    tensorDtype: reader.tensorDtype,
  }
}

interface Trees {
  readonly count: number
  /** Position of a node in the lists, by tree and node id. */
  readonly positions: ReadonlyMap<number, ReadonlyMap<number, number>>
  /** First node of each tree. */
  readonly roots: readonly number[]
  /** Positions of both children; −1 for a leaf. */
  readonly whenTrue: Int32Array
  readonly whenFalse: Int32Array
  readonly lastFeature: number
}

class EnsembleReader {
  tensorDtype: Dtype | undefined

  constructor(private readonly node: Node) {}

  trees(): Trees {
    const treeIds = this.node.attributes.ints('nodes_treeids') ?? []
    const count = treeIds.length
    const ids = this.ints('nodes_nodeids', count)
    const features = this.ints('nodes_featureids', count)
    this.numbers('nodes_values', count)
    const { attributes } = this.node
    this.optional('nodes_hitrates', attributes.floats('nodes_hitrates'), count)
    const tracks = 'nodes_missing_value_tracks_true'
    this.optional(tracks, attributes.ints(tracks), count)
    const modes = this.node.attributes.strings('nodes_modes') ?? []
    if (modes.length !== count)
      this.fail(`nodes_modes has ${modes.length} entries for ${count} nodes`)
    const { positions, roots } = this.index(treeIds, ids)
    const whenTrue = this.children('nodes_truenodeids', treeIds, modes, positions)
    const whenFalse = this.children('nodes_falsenodeids', treeIds, modes, positions)
    const lastFeature = this.lastFeature(features, modes)
    return { count, positions, roots, whenTrue, whenFalse, lastFeature }
  }

  /** How many weights each node holds, leaves that hold none included. */
  weightsPerNode(prefix: string, scores: number, trees: Trees): Uint32Array {
    const treeIds = this.node.attributes.ints(`${prefix}_treeids`) ?? []
    const ids = this.ints(`${prefix}_nodeids`, treeIds.length)
    const targets = this.ints(`${prefix}_ids`, treeIds.length)
    this.numbers(`${prefix}_weights`, treeIds.length)
    const weights = new Uint32Array(trees.count)
    treeIds.forEach((treeId, i) => {
      const target = targets[i] as number
      if (!(target >= 0 && target < scores)) {
        this.fail(`${prefix}_ids names ${target}, there are ${scores}`)
      }
      const position = this.position(trees.positions, treeId, ids[i] as number)
      weights[position] = (weights[position] as number) + 1
    })
    return weights
  }

  private index(treeIds: readonly number[], ids: readonly number[]) {
    const positions = new Map<number, Map<number, number>>()
    const roots: number[] = []
    treeIds.forEach((treeId, i) => {
      // The engine starts a tree wherever the id differs from the one before.
      if (treeId !== treeIds[i - 1]) roots.push(i)
      const tree = positions.get(treeId) ?? new Map<number, number>()
      if (tree.size === 0) positions.set(treeId, tree)
      const id = ids[i] as number
      if (tree.has(id)) this.fail(`tree ${treeId} has two nodes ${id}`)
      tree.set(id, i)
    })
    return { positions, roots }
  }

  private children(
    attribute: string,
    treeIds: readonly number[],
    modes: readonly string[],
    positions: Trees['positions'],
  ): Int32Array {
    const ids = this.ints(attribute, treeIds.length)
    return Int32Array.from(ids, (id, i) => {
      const mode = modes[i] as string
      if (mode === 'LEAF') return -1
      if (!BRANCHES.has(mode)) this.fail(`nodes_modes holds "${mode}"`)
      return this.position(positions, treeIds[i] as number, id)
    })
  }

  private position(positions: Trees['positions'], treeId: number, id: number): number {
    return positions.get(treeId)?.get(id) ?? this.fail(`tree ${treeId} has no node ${id}`)
  }

  private lastFeature(features: readonly number[], modes: readonly string[]): number {
    return features.reduce((last, feature, i) => {
      if (feature < 0) this.fail(`nodes_featureids holds ${feature}`)
      return modes[i] === 'LEAF' ? last : Math.max(last, feature)
    }, -1)
  }

  private ints(attribute: string, count: number): readonly number[] {
    const list = this.node.attributes.ints(attribute) ?? []
    if (list.length !== count) {
      this.fail(`${attribute} has ${list.length} entries instead of ${count}`)
    }
    return list
  }

  /** Floats, in an attribute of their own or as a tensor. */
  private numbers(attribute: string, count: number): void {
    const tensor = this.node.attributes.tensor(`${attribute}_as_tensor`)
    if (tensor === undefined) {
      const length = this.node.attributes.floats(attribute)?.length ?? 0
      if (length !== count) this.fail(`${attribute} has ${length} entries instead of ${count}`)
      return
    }
    if (this.node.version < TENSORS_SINCE) this.fail(`${attribute}_as_tensor in this version`)
    const { value } = readWeight(tensor, `${attribute}_as_tensor`, defaultLimits)
    const { dtype, dims } = value
    if (dims.length !== 1 || dims[0] !== count) {
      this.fail(`${attribute}_as_tensor has the shape [${dims}] instead of [${count}]`)
    }
    const isFloat = dtype === Dtype.float32 || dtype === Dtype.float64
    if (!isFloat || (this.tensorDtype ?? dtype) !== dtype) {
      this.fail(`${attribute}_as_tensor differs in type from the other tensors`)
    }
    this.tensorDtype = dtype
  }

  private optional(attribute: string, list: readonly number[] | undefined, count: number): void {
    if (list === undefined || list.length === 0 || list.length === count) return
    this.fail(`${attribute} has ${list.length} entries instead of ${count}`)
  }

  private fail(reason: string): never {
    throw new InvalidGraphError(reason, { node: this.node.name, operator: this.node.operatorName })
  }
}

const Visit = { new: 0, open: 1, done: 2 } as const

/** For each node, the most nodes on a way down from it, itself included, and the most weights at the end of one. */
function longestPaths(node: Node, trees: Trees, weights: Uint32Array) {
  const lengths = new Uint32Array(trees.count)
  const most = Uint32Array.from(weights)
  const visits = new Uint8Array(trees.count)
  const stack: number[] = []
  for (const root of trees.roots) {
    stack.push(root)
    while (stack.length > 0) {
      const at = stack.at(-1) as number
      const children = [trees.whenTrue[at] as number, trees.whenFalse[at] as number].filter(
        (child) => child >= 0,
      )
      if (visits[at] === Visit.new) {
        visits[at] = Visit.open
        for (const child of children) {
          if (visits[child] === Visit.open) throw cycle(node)
          if (visits[child] === Visit.new) stack.push(child)
        }
        continue
      }
      stack.pop()
      if (visits[at] === Visit.done) continue
      visits[at] = Visit.done
      lengths[at] = 1 + Math.max(0, ...children.map((child) => lengths[child] as number))
      most[at] = Math.max(weights[at] as number, ...children.map((child) => most[child] as number))
      expectDepth(node, lengths[at] as number)
    }
  }
  return { nodes: lengths, weights: most }
}

function cycle(node: Node): InvalidGraphError {
  return new InvalidGraphError('a branch of a tree leads back to a node above it', {
    node: node.name,
    operator: node.operatorName,
  })
}

function expectDepth(node: Node, depth: number): void {
  if (depth <= MAX_DEPTH) return
  throw new ModelTooLargeError('the depth of a decision tree', depth, MAX_DEPTH, {
    node: node.name,
    operator: node.operatorName,
  })
}
