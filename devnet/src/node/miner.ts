import { setImmediate } from 'node:timers/promises'
import { BaseError, NodeFaultError } from '@lockstep/precompile'
import { settleBlock } from './admission.js'
import {
  type BlockTemplate,
  type BuiltBlock,
  buildBlock,
  ExcludedTransactionError,
  nextPrevRandao,
} from './build.js'
import type { Clock } from './clock.js'
import { nextBaseFee } from './fees.js'
import type { Ledger } from './ledger.js'
import type { Hex, SealedBlock } from './node.js'
import { inOrder, type Order } from './order.js'
import type { Pool } from './pool.js'
import type { BlockSettings } from './settings.js'
import type { View } from './view.js'

export interface MinerOptions {
  readonly ledger: Ledger
  readonly pool: Pool
  readonly clock: Clock
  readonly settings: BlockSettings
  readonly order: Order
  /** The most transactions that a block takes. */
  readonly maxTransactions: number
  /** Ends mining between two blocks. */
  readonly signal: AbortSignal
  readonly onBlock: (block: SealedBlock) => void
}

/** A built block that is not on the chain, and the view that holds its state. */
export interface PendingBlock {
  readonly block: SealedBlock
  readonly view: View
}

/** Builds blocks from the pool. Sealing changes the chain: one call at a time. */
export class Miner {
  constructor(private readonly options: MinerOptions) {}

  /** Builds the next block as it would be sealed now, and leaves the pool and the chain alone. */
  async pending(): Promise<PendingBlock> {
    const excluded = new Set<Hex>()
    for (;;) {
      const view = await this.options.ledger.headView()
      try {
        const { sealed } = await this.build(view, this.template(), excluded)
        return { block: sealed, view }
      } catch (error) {
        if (!(error instanceof ExcludedTransactionError)) throw error
        excluded.add(error.hash)
      }
    }
  }

  /**
   * Seals blocks, the first from the pool's transactions, the others from what is left.
   * @param intervalSeconds how far the time moves on before each; without it they follow the clock.
   */
  async mine(count: number, intervalSeconds = 0): Promise<SealedBlock[]> {
    const { clock, ledger } = this.options
    const sealed: SealedBlock[] = []
    let view: View | undefined
    if (count > 0) clock.increase(BigInt(intervalSeconds))
    for (let index = 0; index < count && !this.options.signal.aborted; index++) {
      if (index > 0 && intervalSeconds > 0) {
        const last = ledger.chain.head.block.header.timestamp
        clock.setNext(last + BigInt(intervalSeconds), last)
      }
      view = await this.sealNext(view, sealed)
      // Thousands of empty blocks would otherwise keep everybody else waiting.
      await setImmediate()
    }
    return sealed
  }

  /** Seals blocks until the transaction is in one, or nothing more of the pool fits. */
  mineTransaction(hash: Hex): Promise<void> {
    return this.mineWhile(() => this.options.pool.isPending(hash))
  }

  /** Seals blocks until nothing more of the pool fits. */
  minePool(): Promise<void> {
    return this.mineWhile(() => this.options.pool.runs().length > 0)
  }

  private async mineWhile(wanted: () => boolean): Promise<void> {
    while (wanted() && !this.options.signal.aborted) {
      const view = await this.options.ledger.headView()
      const used = { ...this.options.settings }
      const built = await this.tryBuild(view)
      if (!built) continue
      if (built.sealed.transactions.length === 0) {
        this.reject(built)
        return
      }
      await this.append(built, view, used)
    }
  }

  private async sealNext(view: View | undefined, sealed: SealedBlock[]): Promise<View> {
    for (let current = view; ; current = undefined) {
      current ??= await this.options.ledger.headView()
      const used = { ...this.options.settings }
      const built = await this.tryBuild(current)
      if (!built) continue
      await this.append(built, current, used)
      sealed.push(built.sealed)
      return current
    }
  }

  /** Undefined when a transaction had to be left out: the view is spent, build again on another. */
  private async tryBuild(view: View): Promise<BuiltBlock | undefined> {
    try {
      return await this.build(view, this.template())
    } catch (error) {
      if (!(error instanceof ExcludedTransactionError)) throw error
      const { hash, cause } = error
      if (cause instanceof NodeFaultError) this.options.pool.markFault(hash, cause)
      else this.options.pool.fail(hash, cause instanceof BaseError ? cause : error)
      return undefined
    }
  }

  private build(
    view: View,
    template: BlockTemplate,
    excluded: ReadonlySet<Hex> = new Set(),
  ): Promise<BuiltBlock> {
    const runs = this.options.pool.runs().map((run) => untilExcluded(run, excluded))
    const { order, maxTransactions } = this.options
    const candidates = inOrder(runs, order, template.baseFee, maxTransactions)
    return buildBlock(view, template, candidates)
  }

  private template(): BlockTemplate {
    const { clock, ledger, settings } = this.options
    const parent = ledger.chain.head.block.header
    return {
      parent,
      timestamp: clock.peek(parent.timestamp),
      gasLimit: settings.gasLimit,
      baseFee: nextBaseFee(parent, settings),
      coinbase: settings.coinbase,
      prevRandao: settings.prevRandao ?? nextPrevRandao(parent),
    }
  }

  /** @param used the settings that the block was built with; what was set since then is for the next. */
  private async append(built: BuiltBlock, view: View, used: BlockSettings): Promise<void> {
    const { clock, ledger, settings } = this.options
    await view.commit()
    ledger.chain.append(built.sealed)
    clock.seal(built.sealed.block.header.timestamp)
    if (settings.baseFee === used.baseFee) settings.baseFee = undefined
    if (settings.prevRandao === used.prevRandao) settings.prevRandao = undefined
    this.reject(built)
    await settleBlock(ledger, this.options.pool, built.sealed)
    this.options.onBlock(built.sealed)
  }

  private reject(built: BuiltBlock): void {
    for (const { hash, error } of built.rejected) this.options.pool.fail(hash, error)
  }
}

function untilExcluded<T extends { readonly hash: Hex }>(
  run: readonly T[],
  excluded: ReadonlySet<Hex>,
): readonly T[] {
  const end = run.findIndex(({ hash }) => excluded.has(hash))
  return end === -1 ? run : run.slice(0, end)
}
