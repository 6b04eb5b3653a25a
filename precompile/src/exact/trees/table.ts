import type { Decision, Decisions } from './decide.js'

/**
 * A forest as parallel lists that are walked by one step for all trees: from slot `s` to
 * `next[s] + (x[feature[s]] > cut[s] ? 1 : 0)`. Leaves step to themselves.
 */
export interface ForestTable {
  readonly roots: readonly number[]
  readonly feature: readonly number[]
  readonly cut: readonly bigint[]
  readonly next: readonly number[]
  /** Position of the leaf in the forest; −1 for other slots. */
  readonly leaf: readonly number[]
  /** Steps after which every walk has ended at a leaf. */
  readonly steps: number
}

/** @param never - No integer is above it. */
export function tabulate(decisions: Decisions, never: bigint): ForestTable {
  return new Tabulator(decisions, never).tabulate()
}

class Tabulator {
  private readonly feature: number[] = []
  private readonly cut: bigint[] = []
  private readonly next: number[] = []
  private readonly leaf: number[] = []
  /** Decisions whose children have no slots yet, with their own. */
  private readonly open: { readonly slot: number; readonly decision: Decision }[] = []
  private readonly slots = new Map<number, number>()

  constructor(
    private readonly decisions: Decisions,
    private readonly never: bigint,
  ) {}

  tabulate(): ForestTable {
    const roots = this.decisions.roots.map((root) => this.place(root))
    // Slots that are appended while the loop runs are its work, too.
    for (const { slot, decision } of this.open) {
      if ('leaf' in decision) continue
      this.feature[slot] = decision.feature
      this.cut[slot] = decision.cut
      this.next[slot] = this.place(decision.low)
      this.place(decision.high)
    }
    const steps = this.countSteps(roots)
    // The proof sees only that a step goes to one of all slots or the one after it.
    this.append(0)
    const { feature, cut, next, leaf } = this
    return { roots, feature, cut, next, leaf, steps }
  }

  /** The two answers of a decision stand side by side; one that has a slot elsewhere gets a second, which leads there. */
  private place(number: number): number {
    const known = this.slots.get(number)
    const slot = this.append(known)
    if (known !== undefined) return slot
    this.slots.set(number, slot)
    const decision = this.decisions.list[number] as Decision
    if ('leaf' in decision) this.leaf[slot] = decision.leaf
    this.open.push({ slot, decision })
    return slot
  }

  /** A slot that leads to another, or to itself. */
  private append(next = this.next.length): number {
    this.feature.push(0)
    this.cut.push(this.never)
    this.leaf.push(-1)
    return this.next.push(next) - 1
  }

  private countSteps(roots: readonly number[]): number {
    const known = new Map<number, number>()
    const count = (slot: number): number => {
      const next = this.next[slot] as number
      if (next === slot) return 0
      let steps = known.get(slot)
      if (steps === undefined) {
        const isSplit = (this.cut[slot] as bigint) !== this.never
        steps = 1 + Math.max(count(next), isSplit ? count(next + 1) : 0)
        known.set(slot, steps)
      }
      return steps
    }
    return roots.reduce((most, root) => Math.max(most, count(root)), 0)
  }
}
