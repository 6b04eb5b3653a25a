import { setImmediate } from 'node:timers/promises'
import { isEOACode7702Tx } from '@ethereumjs/tx'
import { bytesToHex } from '@ethereumjs/util'
import { LRUCache } from 'lru-cache'
import type { Ledger } from '../ledger.js'
import type { Hex, PooledTransaction, SealedBlock, TransactionInference } from '../node.js'
import type { Pool } from '../pool.js'
import { Lane, type OpenNextBlock } from './lane.js'
import { Counts, type PreExecutionReport, type SkipReason } from './report.js'

export interface PreExecutorOptions {
  readonly ledger: Ledger
  readonly pool: Pool
  readonly openNextBlock: OpenNextBlock
  /** Transactions that are executed at a time: as many as models can run. */
  readonly concurrency: number
  /** Gas of a block: what one sender may have waiting. */
  readonly gasLimit: () => bigint
  readonly onExecuted: (transaction: PooledTransaction) => void
}

/** Gas that may wait in all, in blocks. */
const WAITING_BLOCKS = 8n
/** Lanes that keep their state for the next transaction of their sender. */
const IDLE_LANES = 64
const REMEMBERED = 16_384

/**
 * Executes transactions while they wait in the pool, so that the answers of the models that they ask are there when a
 * block is built. Nothing that happens here is part of the chain: each sender's transactions run on a view of their
 * own, and only the answers stay, each under the hash of its question. A transaction that changes what another one asks
 * makes its run useless, never wrong.
 */
export class PreExecutor {
  private readonly lanes = new Map<Hex, Lane>()
  /** Lanes whose turn comes, each once: senders take turns whatever they send. */
  private turns: Lane[] = []
  private readonly running = new Set<Promise<void>>()
  private readonly counts = new Counts()
  /** Calls that made no inference the last time. */
  private readonly quiet = new LRUCache<string, true>({ max: REMEMBERED })
  private readonly executed = new LRUCache<Hex, true>({ max: REMEMBERED })
  /** Questions that were asked ahead and that no block has asked yet. */
  private readonly answered = new LRUCache<string, true>({
    max: REMEMBERED,
    dispose: (_, __, reason) => {
      if (reason === 'evict') this.counts.wasted++
    },
  })

  constructor(private readonly options: PreExecutorOptions) {}

  report(): PreExecutionReport {
    const waiting = [...this.lanes.values()].reduce((sum, lane) => sum + lane.waiting.length, 0)
    return this.counts.report(waiting, this.running.size)
  }

  /** Whether a block that takes the transaction now is unlikely to wait for a model. */
  isReady(transaction: PooledTransaction): boolean {
    return this.executed.has(transaction.hash) || this.quiet.has(callOf(transaction))
  }

  /** Executes a transaction of the pool when its turn comes. */
  consider(transaction: PooledTransaction): void {
    if (this.quiet.has(callOf(transaction))) {
      this.skip('quiet')
      return
    }
    const lane = this.laneOf(transaction.from)
    if (lane.holds(transaction) || !this.makeRoom(lane, transaction)) return
    lane.push(transaction)
    this.enqueue(lane)
    this.startTurns()
  }

  /** Learns from a block which answers were wanted, and ends runs that nobody waits for any more. */
  settle({ transactions, inferences }: SealedBlock): void {
    for (const inference of inferences) {
      if (this.answered.delete(questionOf(inference))) this.counts.used++
      const asking = transactions[inference.transactionIndex]
      if (asking) this.quiet.delete(callOf(asking))
    }
    for (const [sender, lane] of this.lanes) {
      if (!lane.current || this.options.pool.get(lane.current.hash)) continue
      const others = lane.waiting.splice(0)
      this.drop(sender, lane, new Error('A block took the transaction.'))
      for (const other of others) this.consider(other)
    }
  }

  /** Ends everything: the chain that it stood on is gone. */
  cancel(): void {
    for (const [sender, lane] of this.lanes) {
      this.counts.skipped.cancelled += lane.waiting.length
      this.drop(sender, lane, new Error('The chain was taken back.'))
    }
    this.turns = []
    this.executed.clear()
  }

  /** Ends everything, and waits for it. */
  async close(): Promise<void> {
    this.cancel()
    await Promise.all(this.running)
  }

  private laneOf(sender: Hex): Lane {
    const known = this.lanes.get(sender)
    if (known) return known
    this.forgetIdle()
    const lane = new Lane(sender, this.options.openNextBlock)
    this.lanes.set(sender, lane)
    return lane
  }

  private forgetIdle(): void {
    let excess = this.lanes.size - IDLE_LANES
    for (const [sender, { waiting, current }] of this.lanes) {
      if (excess-- <= 0) return
      if (waiting.length === 0 && !current) this.lanes.delete(sender)
    }
  }

  /** Bounds what waits by its gas. @returns whether the transaction may wait, too. */
  private makeRoom(lane: Lane, { tx }: PooledTransaction): boolean {
    const limit = this.options.gasLimit()
    if (lane.gas + tx.gasLimit > limit) {
      this.skip('sender')
      return false
    }
    const all = [...this.lanes.values()]
    let total = all.reduce((sum, { gas }) => sum + gas, tx.gasLimit)
    while (total > WAITING_BLOCKS * limit) {
      const heaviest = all.reduce((a, b) => (b.gas > a.gas ? b : a))
      this.skip('crowded')
      if (heaviest.gas <= lane.gas + tx.gasLimit) return false
      total -= heaviest.take('last')?.tx.gasLimit ?? 0n
    }
    return true
  }

  private enqueue(lane: Lane): void {
    if (!lane.current && !this.turns.includes(lane)) this.turns.push(lane)
  }

  private startTurns(): void {
    while (this.running.size < this.options.concurrency) {
      const lane = this.turns.shift()
      const transaction = lane?.take('first')
      if (!lane) return
      if (!transaction) continue
      lane.current = transaction
      const turn = this.executeTurn(lane, transaction).finally(() => {
        lane.current = undefined
        this.running.delete(turn)
        if (lane.waiting.length > 0 && !lane.isCancelled) this.enqueue(lane)
        this.startTurns()
      })
      this.running.add(turn)
    }
  }

  private async executeTurn(lane: Lane, transaction: PooledTransaction): Promise<void> {
    const { ledger, pool, onExecuted } = this.options
    // Requests that came meanwhile are answered first.
    await setImmediate()
    if (!pool.isPending(transaction.hash)) return this.skip('late')
    try {
      if (await this.isPlainTransfer(transaction)) return this.skip('quiet')
      const run = pool.runOf(transaction.from)
      await lane.execute(run, transaction, ledger.chain.version, (one, inferences) => {
        this.learn(one, inferences)
        onExecuted(one)
      })
    } catch {
      // Building the block meets the same, and reports it to the sender.
      this.skip(lane.isCancelled ? 'cancelled' : 'failed')
    }
  }

  private learn(transaction: PooledTransaction, made: readonly TransactionInference[]): void {
    const { counts, quiet } = this
    counts.executed++
    counts.inferences += made.length
    this.executed.set(transaction.hash, true)
    if (made.length === 0) quiet.set(callOf(transaction), true)
    else quiet.delete(callOf(transaction))
    for (const inference of made) this.answered.set(questionOf(inference), true)
  }

  private async isPlainTransfer({ tx }: PooledTransaction): Promise<boolean> {
    if (!tx.to || tx.data.length > 0 || isEOACode7702Tx(tx)) return false
    const account = await this.options.ledger.headAccount(tx.to)
    return !account?.isContract()
  }

  private drop(sender: Hex, lane: Lane, reason: Error): void {
    lane.cancel(reason)
    this.lanes.delete(sender)
    this.turns = this.turns.filter((one) => one !== lane)
  }

  private skip(reason: SkipReason): void {
    this.counts.skipped[reason]++
  }
}

/** What transactions that do alike have in common: whom they call, and which function. */
function callOf({ tx }: Pick<PooledTransaction, 'tx'>): string {
  return `${tx.to ?? 'create'}:${bytesToHex(tx.data.subarray(0, 4))}`
}

function questionOf({ model, inputHash }: TransactionInference): string {
  return `${model}:${inputHash}`
}
