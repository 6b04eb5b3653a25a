import type { Candidates } from './build.js'
import type { PooledTransaction } from './node.js'
import { effectiveTip } from './transaction.js'

type Waiting = PooledTransaction & { readonly arrival: number }

/** The first transaction of a run that no block took yet. */
interface Head {
  readonly entry: Waiting
  readonly rank: readonly bigint[]
  readonly run: readonly Waiting[]
  readonly position: number
}

/**
 * Which of the senders' next transactions comes first: the one that pays most, the one that came first, or one whose
 * models have answered already, and of those the one that pays most.
 */
export type Order = 'fees' | 'fifo' | 'ready'

/** Ranks a transaction: the higher in the first number that differs comes first, of equals the one that came first. */
export type Ranks = (transaction: PooledTransaction) => readonly bigint[]

export function ranksOf(
  order: Order,
  baseFee: bigint,
  isReady: (transaction: PooledTransaction) => boolean,
): Ranks {
  const tip: Ranks = ({ tx }) => [effectiveTip(tx, baseFee)]
  switch (order) {
    case 'fees':
      return tip
    case 'fifo':
      return () => []
    case 'ready':
      return (transaction) => [isReady(transaction) ? 1n : 0n, ...tip(transaction)]
  }
}

/**
 * Gives transactions in the order in which a block takes them, each sender's in order of nonce.
 * @param runs executable transactions, a sender at a time, in order of nonce.
 * @param limit the most transactions to give.
 */
export function inOrder(
  runs: readonly (readonly Waiting[])[],
  rank: Ranks,
  limit: number,
): Candidates {
  const headAt = (run: readonly Waiting[], position: number): Head[] => {
    const entry = run[position]
    return entry ? [{ entry, run, position, rank: rank(entry) }] : []
  }
  // Best last, so that taking it is cheap.
  const heads = runs.flatMap((run) => headAt(run, 0)).sort((a, b) => (before(a, b) ? 1 : -1))
  let current: Head | undefined
  let taken = 0
  return {
    next() {
      const following = current ? headAt(current.run, current.position + 1) : []
      for (const head of following) insert(heads, head)
      current = taken++ < limit ? heads.pop() : undefined
      return current?.entry
    },
    skipSender() {
      current = undefined
    },
  }
}

/** Gives transactions as they stand. */
export function inTurn(transactions: readonly PooledTransaction[]): Candidates {
  const entries = transactions.values()
  return { next: () => entries.next().value, skipSender() {} }
}

function before(a: Head, b: Head): boolean {
  for (const [i, rank] of a.rank.entries()) {
    const other = b.rank[i] as bigint
    if (rank !== other) return rank > other
  }
  return a.entry.arrival < b.entry.arrival
}

function insert(heads: Head[], head: Head): void {
  let low = 0
  let high = heads.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (before(head, heads[middle] as Head)) low = middle + 1
    else high = middle
  }
  heads.splice(low, 0, head)
}
