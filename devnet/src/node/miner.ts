import { setImmediate } from 'node:timers/promises'
import type { BlockHeader } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { BaseError, NodeFaultError } from '@lockstep/precompile'
import { settleBlock } from './admission.js'
import { sidecarRows } from './blobs/rows.js'
import {
  type BlockTemplate,
  type BuiltBlock,
  buildBlock,
  ExcludedTransactionError,
  nextPrevRandao,
  openBlock,
} from './build.js'
import { blockUnder } from './callTransaction.js'
import type { Clock } from './clock.js'
import { nextBaseFee } from './fees.js'
import type { Ledger } from './ledger.js'
import type { Hex, PooledTransaction, SealedBlock } from './node.js'
import { inOrder, inTurn, type Order, ranksOf } from './order.js'
import type { Pool } from './pool.js'
import type { NextBlock } from './preExecution/lane.js'
import type { BlockSettings } from './settings.js'
import type { View } from './view.js'
import type { Waivers } from './waiver.js'

export interface MinerOptions {
  readonly ledger: Ledger
  readonly pool: Pool
  readonly clock: Clock
  readonly settings: BlockSettings
  readonly order: Order
  readonly waivers: Waivers
  /** Whether a block is unlikely to wait for a model because of this transaction. */
  readonly isReady: (transaction: PooledTransaction) => boolean
  /** The most transactions that a block takes. */
  readonly maxTransactions: number
  /** Ends mining between two blocks. */
  readonly signal: AbortSignal
  readonly onBlock: (block: SealedBlock) => void
  /** Told what transactions of the block that follows sent to the console. */
  readonly onConsole: (calls: readonly Hex[]) => void
}

/** A built block that is not on the chain, and the view that holds its state. */
export interface PendingBlock {
  readonly block: SealedBlock
  readonly view: View
}

/** Blocks after which a view is replaced: it keeps what it read. */
const longestWarmBlocks = 1_000

/** Builds blocks from the pool. Sealing changes the chain: one call at a time. */
export class Miner {
  /** The view that the head was built on, while nothing else changed the chain. */
  private warm:
    | { readonly view: View; readonly version: number; readonly blocks: number }
    | undefined

  constructor(private readonly options: MinerOptions) {}

  /** Builds the next block as it would be sealed now, and leaves the pool and the chain alone. */
  async pending(): Promise<PendingBlock> {
    const excluded = new Set<Hex>()
    for (;;) {
      const template = this.template()
      const view = await this.options.ledger.headView(template.rules)
      try {
        const { sealed } = await this.build(view, template, excluded)
        return { block: sealed, view }
      } catch (error) {
        if (!(error instanceof ExcludedTransactionError)) throw error
        excluded.add(error.hash)
      }
    }
  }

  /** The next block as its transactions see it, were it built now. @param signal ends its inferences. */
  async openNext(signal: AbortSignal): Promise<NextBlock> {
    const { ledger } = this.options
    const { version } = ledger.chain
    const template = this.template()
    const view = await ledger.headView(template.rules, signal)
    const data = await openBlock(view, template)
    return { view, block: blockUnder(data, view.common), version }
  }

  /**
   * Seals blocks, the first from the pool's transactions, the others from what is left.
   * @param intervalSeconds how far the time moves on before each; without it they follow the clock.
   */
  async mine(count: number, intervalSeconds = 0): Promise<SealedBlock[]> {
    const { clock, ledger } = this.options
    const sealed: SealedBlock[] = []
    if (count > 0) clock.increase(BigInt(intervalSeconds))
    for (let index = 0; index < count && !this.options.signal.aborted; index++) {
      if (index > 0 && intervalSeconds > 0) {
        const last = ledger.chain.head.block.header.timestamp
        clock.setNext(last + BigInt(intervalSeconds), last)
      }
      sealed.push(await this.sealNext())
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

  /**
   * Seals a block of these transactions alone, in this order, whatever waits in the pool. Those that cannot be
   * executed are left out.
   */
  async mineThese(transactions: readonly PooledTransaction[]): Promise<SealedBlock> {
    const excluded = new Set<Hex>()
    for (;;) {
      const used = { ...this.options.settings }
      const template = this.template()
      const { view, blocks } = await this.openView(template.rules)
      const fit = transactions.filter(({ hash }) => !excluded.has(hash))
      try {
        const built = await buildBlock(view, template, inTurn(fit))
        await this.append(built, view, used, blocks)
        return built.sealed
      } catch (error) {
        if (!(error instanceof ExcludedTransactionError)) throw error
        excluded.add(error.hash)
      }
    }
  }

  private async mineWhile(wanted: () => boolean): Promise<void> {
    while (wanted() && !this.options.signal.aborted) {
      const sealed = await this.tryBuild((built) => built.sealed.transactions.length > 0)
      if (sealed?.transactions.length === 0) return
    }
  }

  private async sealNext(): Promise<SealedBlock> {
    for (;;) {
      const sealed = await this.tryBuild(() => true)
      if (sealed) return sealed
    }
  }

  /**
   * Builds the next block, and appends it where `accept` says so.
   * @returns the block, or undefined when a transaction had to be left out first: build again.
   */
  private async tryBuild(accept: (built: BuiltBlock) => boolean): Promise<SealedBlock | undefined> {
    const used = { ...this.options.settings }
    const template = this.template()
    const { view, blocks } = await this.openView(template.rules)
    try {
      const built = await this.build(view, template)
      if (accept(built)) await this.append(built, view, used, blocks)
      for (const { hash, error } of built.rejected) this.options.pool.fail(hash, error)
      return built.sealed
    } catch (error) {
      if (!(error instanceof ExcludedTransactionError)) throw error
      const { hash, cause } = error
      if (cause instanceof NodeFaultError) this.options.pool.markFault(hash, cause)
      else this.options.pool.fail(hash, cause instanceof BaseError ? cause : error)
      return undefined
    }
  }

  /** The view of the last block, whose caches are filled, or one that starts from the head. */
  private async openView(rules: Common): Promise<{ view: View; blocks: number }> {
    const { chain } = this.options.ledger
    const { warm } = this
    this.warm = undefined
    const fits =
      warm?.version === chain.version &&
      warm.view.common.chainId() === rules.chainId() &&
      warm.view.common.hardfork() === rules.hardfork()
    if (warm && fits && warm.blocks < longestWarmBlocks) return warm
    return { view: await this.options.ledger.headView(rules), blocks: 0 }
  }

  private build(
    view: View,
    template: BlockTemplate,
    excluded: ReadonlySet<Hex> = new Set(),
  ): Promise<BuiltBlock> {
    const runs = this.options.pool.runs().map((run) => untilExcluded(run, excluded))
    const { order, maxTransactions, isReady } = this.options
    const ranks = ranksOf(order, template.baseFee, isReady)
    const candidates = inOrder(runs, ranks, maxTransactions)
    return buildBlock(view, template, candidates)
  }

  private template(): BlockTemplate {
    const { clock, ledger, settings } = this.options
    const parent = ledger.chain.head.block.header
    const timestamp = clock.peek(parent.timestamp)
    const rules = ledger.rulesAfterHead(timestamp)
    checkBuildable(rules, parent)
    return {
      rules,
      parent,
      timestamp,
      gasLimit: settings.gasLimit,
      baseFee: nextBaseFee(parent, rules, settings),
      coinbase: settings.coinbase,
      prevRandao: settings.prevRandao ?? nextPrevRandao(parent),
      waivers: this.options.waivers,
    }
  }

  /** @param used the settings that the block was built with; what was set since then is for the next. */
  private async append(
    built: BuiltBlock,
    view: View,
    used: BlockSettings,
    blocks: number,
  ): Promise<void> {
    const { clock, ledger, pool, settings } = this.options
    const { sealed, sidecars } = built
    const cleared = pool.kept?.clearing(sealed.transactions.map(({ hash }) => hash)) ?? []
    await ledger.append(sealed, view, [...sidecars.flatMap(sidecarRows), ...cleared])
    this.warm = { view, version: ledger.chain.version, blocks: blocks + 1 }
    clock.seal(built.sealed.block.header.timestamp)
    if (settings.baseFee === used.baseFee) settings.baseFee = undefined
    if (settings.prevRandao === used.prevRandao) settings.prevRandao = undefined
    await settleBlock(ledger, pool, built.sealed)
    if (built.consoleCalls.length > 0) this.options.onConsole(built.consoleCalls)
    this.options.onBlock(built.sealed)
  }
}

/** Thrown when the rules of the next block are too old for this node to build it. */
export class UnbuildableBlockError extends BaseError {
  override readonly name = 'UnbuildableBlockError'
}

/** @throws UnbuildableBlockError for a block that would be mined, or whose transactions pay no base fee. */
function checkBuildable(rules: Common, parent: BlockHeader): void {
  const next = `Block ${parent.number + 1n} follows the rules of ${rules.hardfork()}`
  if (rules.consensusType() === 'pow') {
    throw new UnbuildableBlockError(
      `${next}: it would be mined, and this node builds no such block.`,
      {
        remedy: 'Import blocks up to the merge, or lower terminalTotalDifficulty in genesis.json.',
      },
    )
  }
  if (!rules.isActivatedEIP(1559)) {
    throw new UnbuildableBlockError(`${next}; this node builds blocks from London on.`, {
      remedy: 'Set londonBlock in genesis.json to that block or an earlier one.',
    })
  }
}

function untilExcluded<T extends { readonly hash: Hex }>(
  run: readonly T[],
  excluded: ReadonlySet<Hex>,
): readonly T[] {
  const end = run.findIndex(({ hash }) => excluded.has(hash))
  return end === -1 ? run : run.slice(0, end)
}
