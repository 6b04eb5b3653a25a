import { EventEmitter } from 'node:events'
import { availableParallelism } from 'node:os'
import type { Common } from '@ethereumjs/common'
import { bigIntMax } from '@ethereumjs/util'
import type { InferencePrecompile } from '@lockstep/precompile'
import type { Fork } from '../fork/fork.js'
import type { ForkedStore } from '../fork/forkedStore.js'
import { IntervalTimer } from '../intervals.js'
import { KeptPool } from '../keptPool.js'
import type { Ledger } from '../ledger.js'
import { Miner } from '../miner.js'
import type { BlockId, MiningMode, NodeEvents, PooledTransaction, SealedBlock } from '../node.js'
import type { Standing } from '../openChain.js'
import type { Order } from '../order.js'
import { Pool } from '../pool.js'
import { PreExecutor } from '../preExecution/preExecutor.js'
import { SerialQueue } from '../serial.js'
import type { BlockSettings } from '../settings.js'
import { Snapshots } from '../snapshots.js'
import { findBlock, type Standpoint, standOn } from '../standpoint.js'
import type { Start, StartSource } from '../start.js'
import type { Waivers } from '../waiver.js'

/** What a node is put together from. */
export interface NodeParts {
  readonly ledger: Ledger
  /** From what the chain starts again. */
  readonly source: StartSource
  readonly start: Start
  readonly standing: Standing
  readonly precompile: InferencePrecompile
  readonly models: ForkedStore
  readonly mining: MiningMode
  readonly order: Order
  readonly preExecutes: boolean
  readonly waivers: Waivers
  readonly suggestedTip: bigint
  readonly slotsPerEpoch: bigint
  readonly maxBlockTransactions: number
  readonly poolCapacity: number
  /** Ends what still runs. */
  readonly abort: AbortController
  /** Whether closing the node closes the precompile too. */
  readonly ownsPrecompile: boolean
}

/** What the capabilities of a node have in common: the chain, its pool and its miner, and what changes with them. */
export class NodeCore {
  readonly events = new EventEmitter<NodeEvents>()
  /** What changes the chain runs one at a time. */
  readonly queue = new SerialQueue()
  readonly snapshots = new Snapshots()
  /** What the next blocks are made with. */
  readonly settings: BlockSettings
  readonly pool: Pool
  readonly miner: Miner
  readonly preExecutor: PreExecutor | undefined
  /** Where the chain started, until another takes its place. */
  start: Start
  private readonly timer: IntervalTimer
  private mode: MiningMode

  constructor(readonly parts: NodeParts) {
    // Every request that waits for a block listens; there may be any number of them.
    this.events.setMaxListeners(0)
    this.start = parts.start
    this.settings = parts.standing.settings
    const { folder } = parts.source
    this.pool = new Pool(parts.poolCapacity, folder && new KeptPool(folder))
    this.miner = new Miner({
      ledger: parts.ledger,
      pool: this.pool,
      clock: parts.standing.clock,
      settings: this.settings,
      order: parts.order,
      waivers: parts.waivers,
      isReady: (transaction) => this.preExecutor?.isReady(transaction) ?? false,
      maxTransactions: parts.maxBlockTransactions,
      signal: parts.abort.signal,
      onBlock: (block) => this.announce(block),
      onConsole: (calls) => this.events.emit('console', calls),
    })
    this.preExecutor = parts.preExecutes ? this.createPreExecutor() : undefined
    this.timer = new IntervalTimer(() => this.background(() => this.miner.mine(1)))
    this.mode = parts.mining
    this.timer.set(this.mode)
  }

  get common(): Common {
    return this.parts.ledger.common
  }

  get fork(): Fork | undefined {
    return this.start.fork
  }

  get head(): SealedBlock {
    return this.parts.ledger.chain.head
  }

  get genesisNumber(): bigint {
    return this.parts.ledger.chain.genesis.block.header.number
  }

  get mining(): MiningMode {
    return this.mode
  }

  /** Whether a transaction is mined as it comes. */
  get minesAtOnce(): boolean {
    return this.mode.type === 'auto' || this.mode.type === 'mixed'
  }

  setMining(mode: MiningMode): void {
    this.mode = mode
    this.timer.set(mode)
    if (this.minesAtOnce) this.minePool()
  }

  /** Mines what waits, without anybody who waits for it. */
  minePool(): void {
    void this.background(() => this.miner.minePool())
  }

  block(id: BlockId): Promise<SealedBlock | undefined> {
    return findBlock(this.parts.ledger, this.miner, this.settled(id))
  }

  /** @throws BlockNotFoundError */
  standOn(id: BlockId): Promise<Standpoint> {
    return standOn(this.parts.ledger, this.miner, this.settled(id))
  }

  /** Ends what changes the chain by itself, and waits for what changes it now. */
  async close(): Promise<void> {
    this.timer.stop()
    this.parts.abort.abort()
    await Promise.all([this.queue.idle(), this.preExecutor?.close()])
  }

  /** Executes transactions that wait, so that models have answered before. */
  executeAhead(transactions: readonly PooledTransaction[]): void {
    if (!this.start.inference) return
    for (const transaction of transactions) this.preExecutor?.consider(transaction)
  }

  /** Tells of a block that was sealed or imported. What it left in the pool may ask models something else now. */
  announce(block: SealedBlock): void {
    this.preExecutor?.settle(block)
    if (!this.minesAtOnce) this.executeAhead(this.pool.runs().flat())
    this.events.emit('block', block)
  }

  /** Tells of blocks that were taken off the chain, newest first. */
  announceRemoved(removed: readonly SealedBlock[]): void {
    this.preExecutor?.cancel()
    if (!this.minesAtOnce) this.executeAhead(this.pool.runs().flat())
    this.events.emit('removed', removed)
  }

  private createPreExecutor(): PreExecutor {
    const { ledger } = this.parts
    return new PreExecutor({
      ledger,
      pool: this.pool,
      openNextBlock: (signal) => this.miner.openNext(signal),
      concurrency: availableParallelism(),
      gasLimit: () => this.settings.gasLimit,
      onExecuted: (transaction) => this.events.emit('preExecuted', transaction),
    })
  }

  /** The height of what names an age: an epoch behind the head is safe, two are final. */
  private settled(id: BlockId): BlockId {
    if (id !== 'safe' && id !== 'finalized') return id
    const epochs = id === 'safe' ? 1n : 2n
    const height = this.head.block.header.number - epochs * this.parts.slotsPerEpoch
    return bigIntMax(height, this.genesisNumber)
  }

  /** Changes the chain without anybody who waits for it. */
  private async background(task: () => Promise<unknown>): Promise<void> {
    try {
      await this.queue.run(task)
    } catch (error) {
      this.events.emit('failure', error as Error)
    }
  }
}
