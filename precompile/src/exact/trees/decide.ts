import { type Feature, lastWhere } from './feature.js'
import type { Forest, ForestNode } from './forest.js'

/** A comparison of integers, `x[feature] <= cut`, or a leaf of the forest. */
export type Decision =
  | { readonly leaf: number }
  | {
      readonly feature: number
      readonly cut: bigint
      /** Numbers of decisions. */
      readonly low: number
      readonly high: number
    }

/** A forest of which every branch asks `<=` of integers. A decision may be reached by several ways. */
export interface Decisions {
  readonly list: readonly Decision[]
  readonly roots: readonly number[]
}

/**
 * Turns every comparison of float32 into one of integers (an equality into two) that answers the same for every input.
 * Branches that always answer the same are left out.
 */
export function decide(forest: Forest, features: (index: number) => Feature): Decisions {
  return new Decider(forest, features).decide()
}

type Branch = Exclude<ForestNode, { mode: 'LEAF' }>

class Decider {
  private readonly list: Decision[] = []
  /** Numbers of the decisions that stand for the forest's nodes. */
  private readonly numbers = new Map<number, number>()

  constructor(
    private readonly forest: Forest,
    private readonly features: (index: number) => Feature,
  ) {}

  decide(): Decisions {
    return { list: this.list, roots: this.forest.roots.map((root) => this.numberOf(root)) }
  }

  private numberOf(position: number): number {
    const known = this.numbers.get(position)
    if (known !== undefined) return known
    const node = this.forest.nodes[position] as ForestNode
    const number = node.mode === 'LEAF' ? this.add({ leaf: position }) : this.decideBranch(node)
    this.numbers.set(position, number)
    return number
  }

  private decideBranch(node: Branch): number {
    const feature = this.features(node.feature)
    const { threshold, mode, whenTrue, whenFalse } = node
    const below = (integer: bigint) => feature.real(integer) < threshold
    const upTo = (integer: bigint) => feature.real(integer) <= threshold
    const from = (integer: bigint) => feature.real(integer) >= threshold
    const above = (integer: bigint) => feature.real(integer) > threshold
    switch (mode) {
      case 'BRANCH_LEQ':
        return this.split(node.feature, feature, upTo, feature.isFalling, whenTrue, whenFalse)
      case 'BRANCH_LT':
        return this.split(node.feature, feature, below, feature.isFalling, whenTrue, whenFalse)
      case 'BRANCH_GTE':
        return this.split(node.feature, feature, from, !feature.isFalling, whenTrue, whenFalse)
      case 'BRANCH_GT':
        return this.split(node.feature, feature, above, !feature.isFalling, whenTrue, whenFalse)
      case 'BRANCH_EQ':
        return this.single(node, feature, whenTrue, whenFalse)
      case 'BRANCH_NEQ':
        return this.single(node, feature, whenFalse, whenTrue)
    }
  }

  /** @param isTop - Whether the question holds from some integer on, and not up to one. */
  private split(
    index: number,
    feature: Feature,
    question: (integer: bigint) => boolean,
    isTop: boolean,
    whenTrue: number,
    whenFalse: number,
  ): number {
    const cut = lastWhere(feature, isTop ? (integer) => !question(integer) : question)
    const [low, high] = isTop ? [whenFalse, whenTrue] : [whenTrue, whenFalse]
    return this.cut(
      index,
      feature,
      cut,
      () => this.numberOf(low),
      () => this.numberOf(high),
    )
  }

  /** The integers whose real is the threshold lie between two cuts. */
  private single(node: Branch, feature: Feature, inside: number, outside: number): number {
    const { threshold } = node
    const before = lastWhere(feature, (integer) =>
      feature.isFalling ? feature.real(integer) > threshold : feature.real(integer) < threshold,
    )
    const last = lastWhere(feature, (integer) =>
      feature.isFalling ? feature.real(integer) >= threshold : feature.real(integer) <= threshold,
    )
    // A threshold that is no number equals nothing.
    if (last === before || Number.isNaN(threshold)) return this.numberOf(outside)
    const out = () => this.numberOf(outside)
    const lower = () => this.cut(node.feature, feature, before, out, () => this.numberOf(inside))
    return this.cut(node.feature, feature, last, lower, out)
  }

  private cut(
    index: number,
    feature: Feature,
    cut: bigint,
    low: () => number,
    high: () => number,
  ): number {
    if (cut < feature.low) return high()
    if (cut >= feature.high) return low()
    return this.add({ feature: index, cut, low: low(), high: high() })
  }

  private add(decision: Decision): number {
    this.list.push(decision)
    return this.list.length - 1
  }
}
