import { setImmediate } from 'node:timers/promises'
import { BaseError } from '@lockstep/precompile'

/** The most that a trace may hold, in characters of its answer, near enough. */
const defaultSize = 128 * 2 ** 20
const defaultTimeoutMs = 60_000
/** How long a trace executes before others of this process get a turn. */
const longestTurnMs = 10

export interface BudgetOptions {
  readonly timeoutMs?: number
  readonly maxSize?: number
  /** Whether it may take as long as it takes: for a block that was sealed here, which ended once. Default: no. */
  readonly isUntimed?: boolean
  /** Ends the trace when the node closes. */
  readonly signal: AbortSignal
}

/** Thrown when a trace is larger, or takes longer, than this node gives to anybody. */
export class TraceLimitError extends BaseError {
  override readonly name = 'TraceLimitError'
}

/** What a trace may take of this machine, shared by everything that one request traces. */
export class Budget {
  private size = 0
  private readonly maxSize: number
  private readonly timeoutMs: number
  private readonly start = performance.now()
  private turnStart = this.start

  constructor(private readonly options: BudgetOptions) {
    this.maxSize = options.maxSize ?? defaultSize
    this.timeoutMs = options.isUntimed
      ? Number.POSITIVE_INFINITY
      : Math.min(options.timeoutMs ?? defaultTimeoutMs, defaultTimeoutMs)
  }

  /** @throws TraceLimitError */
  spend(size: number): void {
    this.size += size
    if (this.size <= this.maxSize) return
    throw new TraceLimitError(`The trace is larger than ${this.maxSize} bytes.`, {
      remedy:
        'Ask for less: disableStack, disableStorage, a limit, or the callTracer instead of every opcode.',
    })
  }

  /**
   * Whether it is others' turn.
   * @throws TraceLimitError
   */
  isTurnOver(): boolean {
    const now = performance.now()
    if (now - this.turnStart <= longestTurnMs) return false
    this.turnStart = now
    if (this.options.signal.aborted) throw new TraceLimitError('The node is closing.')
    if (now - this.start > this.timeoutMs) {
      throw new TraceLimitError(`The trace took longer than ${this.timeoutMs} ms.`, {
        remedy: 'Give the call less gas, or trace one transaction at a time.',
      })
    }
    return true
  }

  /** Starts a turn, after others had theirs. */
  resume(): void {
    this.turnStart = performance.now()
  }

  /** Lets others have their turn. */
  async yield(): Promise<void> {
    await setImmediate()
    this.resume()
  }
}
