/** What was executed ahead of blocks so far, and what became of it. */
export interface PreExecutionReport {
  /** Transactions that wait for their turn, and those that are under way. */
  readonly waiting: number
  readonly running: number
  /** Transactions that were executed ahead. */
  readonly executed: number
  /** Inferences that they made. */
  readonly inferences: number
  /** Of these, those that a block asked for afterwards. */
  readonly used: number
  /** Of these, those that no block asked for while they were remembered. */
  readonly wasted: number
  /** Transactions that were not executed ahead, by the reason. */
  readonly skipped: Readonly<Record<SkipReason, number>>
}

/**
 * - `quiet`: such a call made no inference before
 * - `late`: a block took it, or it left the pool, before its turn
 * - `sender`: its sender has a block's worth of gas waiting already
 * - `crowded`: too much gas of all senders waits, and this one's sender had most of it
 * - `failed`: it could not be executed on the state of the head
 * - `cancelled`: a block took it, or the chain was taken back, while it ran
 */
export type SkipReason = 'quiet' | 'late' | 'sender' | 'crowded' | 'failed' | 'cancelled'

/** Counts, as they stand now. */
export class Counts {
  executed = 0
  inferences = 0
  used = 0
  wasted = 0
  readonly skipped: Record<SkipReason, number> = {
    quiet: 0,
    late: 0,
    sender: 0,
    crowded: 0,
    failed: 0,
    cancelled: 0,
  }

  report(waiting: number, running: number): PreExecutionReport {
    const { executed, inferences, used, wasted, skipped } = this
    return { waiting, running, executed, inferences, used, wasted, skipped: { ...skipped } }
  }
}
