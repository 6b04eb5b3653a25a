import type { TypedTransaction } from '@ethereumjs/tx'
import { createAddressFromString } from '@ethereumjs/util'
import { admit } from '../admission.js'
import { PoolError } from '../errors.js'
import type { Hex, PooledTransaction, SendOptions } from '../node.js'
import type { NodeCore } from './core.js'

/** Transactions on their way into the pool, and out of it. */
export class Sending {
  constructor(private readonly core: NodeCore) {}

  async send(tx: TypedTransaction, options: SendOptions = {}): Promise<Hex> {
    const { ledger, waivers } = this.core.parts
    const { settings, pool } = this.core
    const pooled = await admit(ledger, pool, settings, waivers, tx, options)
    const watch = this.core.pool.watch(pooled.hash)
    this.core.events.emit('pendingTransaction', pooled)
    // One that is mined at once has nothing to gain.
    if (this.core.queue.isBusy || !this.core.minesAtOnce) this.core.executeAhead([pooled])
    try {
      if (this.core.minesAtOnce) {
        await this.core.queue.run(() => this.core.miner.mineTransaction(pooled.hash))
      }
    } finally {
      this.core.pool.unwatch(pooled.hash)
    }
    if (watch.failure) throw watch.failure
    await this.keepWaiting(pooled)
    return pooled.hash
  }

  async pendingNonce(address: Hex): Promise<bigint> {
    const account = await this.core.parts.ledger.headAccount(createAddressFromString(address))
    return this.core.pool.nextNonce(address.toLowerCase() as Hex, account?.nonce ?? 0n)
  }

  async dropTransaction(hash: Hex): Promise<boolean> {
    const isThere = this.core.pool.remove(hash.toLowerCase() as Hex)
    await this.forgetKept()
    return isThere
  }

  async dropAllTransactions(): Promise<void> {
    this.core.pool.clear()
    await this.forgetKept()
  }

  /** Takes the transactions up that waited when the node ended, and mines them where it mines at once. */
  async resumePool(): Promise<void> {
    const { kept } = this.core.pool
    if (!kept) return
    for (const transaction of kept.load(this.core.common)) {
      const account = await this.core.parts.ledger.headAccount(
        createAddressFromString(transaction.from),
      )
      try {
        this.core.pool.add(transaction, account?.nonce ?? 0n)
      } catch (error) {
        if (!(error instanceof PoolError)) throw error
        kept.forget(transaction.hash)
      }
    }
    await kept.flush()
    if (this.core.minesAtOnce) this.core.minePool()
    else this.core.executeAhead(this.core.pool.runs().flat())
  }

  /** Keeps a transaction for the next start, if it waits still. @throws StorageError */
  private async keepWaiting(pooled: PooledTransaction): Promise<void> {
    const { kept } = this.core.pool
    if (!kept || !this.core.pool.get(pooled.hash)) return
    await this.core.queue.run(async () => {
      if (this.core.pool.get(pooled.hash)) await kept.save(pooled)
    })
  }

  /** Lets the next start know nothing of transactions that were dropped. @throws StorageError */
  private async forgetKept(): Promise<void> {
    const { kept } = this.core.pool
    if (kept) await this.core.queue.run(() => kept.flush())
  }
}
