import type { Block } from '@ethereumjs/block'
import { createAddressFromString } from '@ethereumjs/util'
import { runTransaction } from '../execute.js'
import type { Hex, PooledTransaction, TransactionInference } from '../node.js'
import type { View } from '../view.js'

/** The next block as far as a transaction sees it, on a view of the head. */
export interface NextBlock {
  readonly view: View
  readonly block: Block
  /** Of the chain that it stands on. */
  readonly version: number
}

/** Opens the next block. @param signal ends the inferences that are made in it. */
export type OpenNextBlock = (signal: AbortSignal) => Promise<NextBlock>

/** The transactions of one sender, executed one after another on a state that nobody else sees. */
export class Lane {
  readonly waiting: PooledTransaction[] = []
  /** Sum of their gas limits. */
  gas = 0n
  current: PooledTransaction | undefined
  private readonly abort = new AbortController()
  private stand: (NextBlock & { nonce: bigint }) | undefined

  constructor(
    readonly sender: Hex,
    private readonly open: OpenNextBlock,
  ) {}

  get isCancelled(): boolean {
    return this.abort.signal.aborted
  }

  push(transaction: PooledTransaction): void {
    this.waiting.push(transaction)
    this.gas += transaction.tx.gasLimit
  }

  /** Takes the one that waits longest, or the one that came last. */
  take(end: 'first' | 'last'): PooledTransaction | undefined {
    const taken = end === 'first' ? this.waiting.shift() : this.waiting.pop()
    if (taken) this.gas -= taken.tx.gasLimit
    return taken
  }

  holds({ hash }: PooledTransaction): boolean {
    return this.current?.hash === hash || this.waiting.some((one) => one.hash === hash)
  }

  /** Ends the inference under way, unless somebody else waits for it too. */
  cancel(reason: Error): void {
    this.abort.abort(reason)
  }

  /**
   * Executes transactions of the sender that it has not executed yet, up to one of them.
   * @param run the sender's executable transactions in order of nonce.
   * @param version of the chain now: what stands on another is opened again.
   * @param onDone told of each, with the inferences that it made.
   * @throws what executing throws; the lane then starts from the head again.
   */
  async execute(
    run: readonly PooledTransaction[],
    last: PooledTransaction,
    version: number,
    onDone: (transaction: PooledTransaction, made: readonly TransactionInference[]) => void,
  ): Promise<void> {
    try {
      const stand = await this.standOn(version)
      for (const transaction of run) {
        if (transaction.tx.nonce < stand.nonce) continue
        if (transaction.tx.nonce > last.tx.nonce) return
        await runTransaction(stand.view, transaction.tx, stand.block)
        stand.nonce = transaction.tx.nonce + 1n
        onDone(transaction, stand.view.recorder.inferences)
      }
    } catch (error) {
      this.stand = undefined
      throw error
    }
  }

  private async standOn(version: number): Promise<NextBlock & { nonce: bigint }> {
    if (this.stand?.version === version) return this.stand
    const next = await this.open(this.abort.signal)
    const account = await next.view.state.getAccount(createAddressFromString(this.sender))
    this.stand = { ...next, nonce: account?.nonce ?? 0n }
    return this.stand
  }
}
