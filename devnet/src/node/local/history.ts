import { bigIntMax, hexToBytes } from '@ethereumjs/util'
import { keccak256 } from 'viem'
import { readyTransaction, settleAll } from '../admission.js'
import { verifySidecar } from '../blobs/verify.js'
import { atGenesis, Chain } from '../chain.js'
import { BlockNotFoundError, ForkInFolderError } from '../errors.js'
import { begunTransactions } from '../fork/begunBlock.js'
import { ForkError } from '../fork/errors.js'
import type { ForkOptions } from '../fork/fork.js'
import type { Hex, PooledTransaction, SealedBlock, UnpooledTransaction } from '../node.js'
import type { Snapshot } from '../snapshots.js'
import { baseOf, firstPosition, type Start, startAtFork, startAtGenesis } from '../start.js'
import { keyOf } from '../storage/keys.js'
import { encodePosition } from '../storage/position.js'
import { namedBlobs } from '../transaction.js'
import type { NodeCore } from './core.js'

/** The chain as it stood before: snapshots, blocks taken off it, and starting again. */
export class History {
  constructor(private readonly core: NodeCore) {}

  snapshot(): Hex {
    const { chain } = this.core.parts.ledger
    return this.core.snapshots.add({
      height: chain.head.block.header.number,
      stateRoot: chain.stateRoot(chain.head),
      settings: { ...this.core.settings },
    })
  }

  revert(id: Hex): Promise<boolean> {
    return this.core.queue.run(async () => {
      const snapshot = this.core.snapshots.get(id)
      if (!snapshot) return false
      await this.rewind(snapshot)
      this.core.snapshots.spend(id)
      return true
    })
  }

  reset(fork?: Partial<ForkOptions>): Promise<void> {
    return this.core.queue.run(async () => {
      const before = this.core.start
      const next = await this.startAgain(fork)
      this.core.parts.ledger.rules = next.rules
      if (next === before) await this.rewind(firstSnapshot(next))
      else await this.replaceChain(next)
      this.core.snapshots.clear()
      this.core.pool.clear()
      await this.core.pool.kept?.flush()
    })
  }

  rollback(depth: number): Promise<void> {
    return this.core.queue.run(async () => {
      await this.unwind(depth)
    })
  }

  async reorg(blocks: readonly (readonly UnpooledTransaction[])[]): Promise<void> {
    const ready: PooledTransaction[][] = []
    for (const transactions of blocks) {
      ready.push(await Promise.all(transactions.map((entry) => this.ready(entry))))
    }
    return this.core.queue.run(async () => {
      const first = await this.unwind(ready.length)
      // A block of the same transactions at the same time would be the very block that it replaces.
      if (first) this.core.settings.prevRandao = hexToBytes(keccak256(first.hash))
      for (const transactions of ready) await this.core.miner.mineThese(transactions)
    })
  }

  /**
   * Seals the block within which the fork begins, if it is to begin within one.
   * @throws ForkError when a transaction of that block cannot be executed here.
   */
  async beginBlock(): Promise<void> {
    const begun = this.core.fork?.begun
    if (!begun || this.core.head.hash !== this.core.fork?.base.hash) return
    const { clock } = this.core.parts.standing
    const { timestamp } = this.core.head.block.header
    const before = { ...this.core.settings }
    // Anvil seals blocks at the time of their parents.
    clock.setNext(bigIntMax(begun.timestamp, timestamp + 1n), timestamp)
    const { gasLimit, coinbase, baseFee } = begun
    const prevRandao = hexToBytes(begun.prevRandao)
    Object.assign(this.core.settings, { gasLimit, coinbase, baseFee, prevRandao })
    const sealed = await this.core.miner.mineThese(begunTransactions(begun, this.core.common))
    Object.assign(this.core.settings, { gasLimit: before.gasLimit, coinbase: before.coinbase })
    if (sealed.transactions.length === begun.transactions.length) return
    throw new ForkError(
      `Block ${begun.number} of the forked chain has transactions that fail here.`,
      {
        remedy: 'Choose the rules that it follows with --hardfork, or fork at a block.',
      },
    )
  }

  private async startAgain(fork?: Partial<ForkOptions>): Promise<Start> {
    const { source } = this.core.parts
    const { transactionHash: _, ...before } = this.core.start.fork?.options ?? {}
    const options = { ...before, ...fork }
    if (source.folder && (fork || this.core.start.fork)) throw new ForkInFolderError()
    if (fork && options.url !== undefined) {
      return startAtFork(source, { ...options, url: options.url })
    }
    if (this.core.start.fork) return startAtGenesis(source)
    return this.isLoaded ? this.startAfresh() : this.core.start
  }

  /** Starts the chain that stood here before another was loaded. */
  private async startAfresh(): Promise<Start> {
    const { genesis, rules, source } = this.core.start
    const { clock } = this.core.parts.standing
    const position = firstPosition(genesis, rules, clock.at(genesis.timestamp))
    const chain = await Chain.create(source, [
      atGenesis,
      [keyOf.position, encodePosition(position)],
    ])
    return { ...this.core.start, chain, position }
  }

  /** Whether the chain is one that was loaded. */
  private get isLoaded(): boolean {
    const { chain, source } = this.core.start
    return chain.genesis !== source.genesis
  }

  private async ready(entry: UnpooledTransaction): Promise<PooledTransaction> {
    const { tx, hash, sender } = readyTransaction(entry.tx, this.core.common, entry.impersonated)
    const { sidecar } = entry
    if (sidecar) await verifySidecar(sidecar, namedBlobs(tx))
    return { tx, hash, from: sender.toString(), ...(sidecar && { sidecar }) }
  }

  /** Takes blocks off the chain, and returns the lowest of them. */
  private async unwind(depth: number): Promise<SealedBlock | undefined> {
    const { chain } = this.core.parts.ledger
    const height = chain.head.block.header.number - BigInt(depth)
    const common = chain.block(height)
    if (!common) throw new RangeError(`There are no ${depth} blocks above genesis.`)
    const first = chain.block(height + 1n)
    const settings = { ...this.core.settings }
    await this.rewind({ height, stateRoot: chain.stateRoot(common), settings })
    this.core.snapshots.dropAbove(height)
    return first
  }

  /** @throws StorageError; nothing changed. */
  private async rewind({ height, stateRoot, settings }: Snapshot): Promise<void> {
    const { ledger, standing } = this.core.parts
    const kept = ledger.chain.block(height)
    if (!kept) throw new BlockNotFoundError(height)
    const removed = await ledger.unwind(kept, stateRoot, settings)
    Object.assign(this.core.settings, settings)
    standing.clock.set(this.core.head.block.header.timestamp)
    await settleAll(ledger, this.core.pool)
    if (removed.length > 0) this.core.announceRemoved(removed)
  }

  /** Puts another chain in the place of this one. */
  private async replaceChain(next: Start): Promise<void> {
    const { ledger, models, standing } = this.core.parts
    const before = this.core.start
    const removed = before.chain.above(before.chain.genesis.block.header.number)
    this.core.start = next
    models.fork = next.fork
    ledger.rebase(baseOf(next))
    Object.assign(this.core.settings, next.settings)
    standing.clock.set(next.genesis.timestamp)
    await settleAll(ledger, this.core.pool)
    if (removed.length > 0) this.core.announceRemoved(removed)
    await before.fork?.close()
  }
}

/** Where a chain started. */
function firstSnapshot({ chain, settings }: Start): Snapshot {
  return { height: chain.genesis.block.header.number, stateRoot: chain.firstRoot, settings }
}
