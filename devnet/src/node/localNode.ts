import { EventEmitter } from 'node:events'
import { availableParallelism } from 'node:os'
import type { Common } from '@ethereumjs/common'
import type { TypedTransaction } from '@ethereumjs/tx'
import { bigIntMax, bytesToHex, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import type { InferencePrecompile, InferenceTensors, ModelStore } from '@lockstep/precompile'
import { keccak256 } from 'viem'
import { createAccessList } from './accessList.js'
import type { DevAccount } from './accounts.js'
import { admit, readyTransaction, settleAll, settleBlock } from './admission.js'
import { readBlob, readSidecar } from './blobs/rows.js'
import type { BlobSidecar } from './blobs/sidecar.js'
import { verifySidecar } from './blobs/verify.js'
import { call } from './call.js'
import { type CallBundle, callMany } from './callMany.js'
import { atGenesis, Chain } from './chain.js'
import { Rules } from './common.js'
import { changeAccount, changeCode, changeStorage } from './control.js'
import { applyEdits } from './edits/apply.js'
import type { StateEdits } from './edits/edits.js'
import {
  BlockNotFoundError,
  ForkInFolderError,
  InferenceInactiveError,
  PoolError,
} from './errors.js'
import { estimateGas } from './estimate.js'
import { nextBaseFee, nextBlobBaseFee } from './fees.js'
import { begunTransactions } from './fork/begunBlock.js'
import { ForkError } from './fork/errors.js'
import type { Fork, ForkOptions } from './fork/fork.js'
import type { ForkedStore } from './fork/forkedStore.js'
import { ForkState } from './fork/forkState.js'
import { askProof } from './fork/remoteProof.js'
import { type ScheduledForks, scheduledForks } from './forkFacts.js'
import { genesisJson } from './genesis.js'
import {
  type ImportedBlock,
  type ImportOptions,
  importBlock,
  importChain,
} from './import/importChain.js'
import { inferenceTensors } from './inferenceTensors.js'
import { IntervalTimer } from './intervals.js'
import { KeptPool } from './keptPool.js'
import type { Ledger } from './ledger.js'
import { Miner } from './miner.js'
import type {
  BlockId,
  BlockOverrides,
  CallOutcome,
  CallRequest,
  Hex,
  MiningMode,
  Node,
  NodeEvents,
  PooledTransaction,
  SealedBlock,
  SendOptions,
  StateOverrides,
  StateView,
  UnpooledTransaction,
  WithinBlock,
} from './node.js'
import type { Standing } from './openChain.js'
import type { Order } from './order.js'
import { lockstepConfig } from './origin.js'
import { OwnState } from './ownState.js'
import { Pool } from './pool.js'
import { PreExecutor } from './preExecution/preExecutor.js'
import type { PreExecutionReport } from './preExecution/report.js'
import { type AccountProof, ProofUnavailableError, proveAccount } from './proof.js'
import { isRegistered } from './registry.js'
import { SerialQueue } from './serial.js'
import { type BlockSettings, UnsupportedSettingError } from './settings.js'
import { simulate } from './simulate/simulate.js'
import type { SimulatedResult, Simulation } from './simulate/simulation.js'
import { type Snapshot, Snapshots } from './snapshots.js'
import { findBlock, standOn } from './standpoint.js'
import {
  baseOf,
  firstPosition,
  type Start,
  type StartSource,
  startAtFork,
  startAtGenesis,
} from './start.js'
import { readState, toWord } from './state.js'
import { type DumpOptions, dumpState } from './stateFile/dump.js'
import type { StateFile } from './stateFile/format.js'
import { type LoadedChain, loadState, settingsAfter } from './stateFile/load.js'
import { mentionedModels } from './stateFile/models.js'
import { readState as readStateFile } from './stateFile/read.js'
import type { BlockRules } from './stateFile/readBlocks.js'
import { keyOf } from './storage/keys.js'
import { encodePosition } from './storage/position.js'
import { Budget } from './trace/budget.js'
import { standWithin } from './trace/replay.js'
import type { Trace, TraceOptions } from './trace/trace.js'
import { traceBlock } from './trace/traceBlock.js'
import { traceCalls } from './trace/traceCalls.js'
import { namedBlobs } from './transaction.js'
import type { Waivers } from './waiver.js'
import { type ExecutionWitness, WitnessUnavailableError, witnessOf } from './witness/witness.js'

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

/** A chain in this process. */
export class LocalNode implements Node {
  private readonly events = new EventEmitter<NodeEvents>()
  private readonly queue = new SerialQueue()
  /** Traces are large: one at a time. */
  private readonly traces = new SerialQueue()
  private readonly snapshots = new Snapshots()
  private readonly settings: BlockSettings
  private readonly transactions: Pool
  private readonly miner: Miner
  private readonly preExecutor: PreExecutor | undefined
  private readonly timer: IntervalTimer
  private mode: MiningMode
  private start: Start
  /** Models that loaded states name. */
  private readonly loadedModels = new Set<Hex>()

  constructor(private readonly parts: NodeParts) {
    // Every request that waits for a block listens; there may be any number of them.
    this.events.setMaxListeners(0)
    this.start = parts.start
    this.settings = parts.standing.settings
    const { folder } = parts.source
    this.transactions = new Pool(parts.poolCapacity, folder && new KeptPool(folder))
    this.miner = new Miner({
      ledger: parts.ledger,
      pool: this.transactions,
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

  get chainId(): number {
    return Number(this.common.chainId())
  }

  get accounts(): readonly DevAccount[] {
    return this.parts.source.accounts
  }

  get precompile(): InferencePrecompile {
    return this.parts.precompile
  }

  get models(): ModelStore {
    return this.parts.models
  }

  genesisJson(): Record<string, unknown> {
    const { genesis, rules, inference } = this.start
    return genesisJson(genesis, rules, inference && lockstepConfig(inference))
  }

  get fork(): Fork | undefined {
    return this.start.fork
  }

  get suggestedTip(): bigint {
    return this.parts.suggestedTip
  }

  get genesisNumber(): bigint {
    return this.parts.ledger.chain.genesis.block.header.number
  }

  get head(): SealedBlock {
    return this.parts.ledger.chain.head
  }

  block(id: BlockId): Promise<SealedBlock | undefined> {
    return findBlock(this.parts.ledger, this.miner, this.settled(id))
  }

  async transaction(hash: Hex): ReturnType<Node['transaction']> {
    const mined = this.parts.ledger.chain.transaction(hash)
    if (mined) return mined
    const pooled = this.transactions.get(hash.toLowerCase() as Hex)
    return pooled && { pooled }
  }

  async state(id: BlockId): Promise<StateView> {
    return readState((await this.standOn(id)).read())
  }

  codeByHash(hash: Hex): Promise<Uint8Array> {
    return this.parts.ledger.codeByHash(hash)
  }

  forks(): Promise<ScheduledForks> {
    return scheduledForks(this.parts.ledger)
  }

  async proof(address: Hex, slots: readonly Hex[], id: BlockId): Promise<AccountProof> {
    const state = (await this.standOn(id)).read()
    if (state instanceof OwnState) return proveAccount(state, address, slots)
    const isOurs =
      state instanceof ForkState && (await state.isChanged(createAddressFromString(address)))
    if (!this.fork || isOurs) throw new ProofUnavailableError(address)
    return askProof(this.fork, address, slots)
  }

  async call(
    request: CallRequest,
    id: BlockId,
    overrides?: { state?: StateOverrides; block?: BlockOverrides },
  ): Promise<CallOutcome> {
    const { result: _, ...outcome } = await call(await this.standOn(id), request, overrides)
    if (outcome.consoleCalls.length > 0) this.events.emit('console', outcome.consoleCalls)
    return outcome
  }

  callMany(
    bundles: readonly CallBundle[],
    at: BlockId | WithinBlock,
    state?: StateOverrides,
  ): Promise<CallOutcome[][]> {
    return this.traces.run(async () => {
      const budget = this.traceBudget({})
      return callMany(await this.standAt(at, budget), bundles, budget, state)
    })
  }

  async estimateGas(
    request: CallRequest,
    id: BlockId,
    overrides?: { state?: StateOverrides },
  ): Promise<bigint> {
    return estimateGas(await this.standOn(id), request, overrides)
  }

  async simulate(simulation: Simulation, id: BlockId): Promise<SimulatedResult[]> {
    const { ledger, abort } = this.parts
    const budget = new Budget({ signal: abort.signal })
    return simulate(ledger, await this.standOn(id), simulation, budget)
  }

  async createAccessList(request: CallRequest, id: BlockId): ReturnType<Node['createAccessList']> {
    return createAccessList(await this.standOn(id), request)
  }

  async callPrecompile(
    calldata: Uint8Array,
    gasLimit: bigint,
    id: BlockId,
  ): ReturnType<Node['callPrecompile']> {
    if (!this.start.inference) throw new InferenceInactiveError()
    const state = (await this.standOn(id)).read()
    return this.precompile.call(calldata, gasLimit, {
      isRegistered: (model) => isRegistered(state, model),
      signal: this.parts.abort.signal,
    })
  }

  traceCalls(
    requests: readonly CallRequest[],
    at: BlockId | WithinBlock,
    options: TraceOptions,
    overrides?: { state?: StateOverrides; block?: BlockOverrides },
  ): Promise<Trace[]> {
    return this.traces.run(async () => {
      const budget = this.traceBudget(options)
      return traceCalls(await this.standAt(at, budget), requests, options, budget, overrides)
    })
  }

  stateWithin({ within, after }: WithinBlock): Promise<StateView> {
    return this.traces.run(async () => {
      const budget = this.traceBudget({})
      const { read } = await standWithin(this.parts.ledger, within, after, budget)
      return readState(read())
    })
  }

  traceBlock(sealed: SealedBlock, options: TraceOptions, only?: number): Promise<Trace[]> {
    return this.traces.run(() =>
      traceBlock(this.parts.ledger, sealed, options, this.traceBudget(options), only),
    )
  }

  async executionWitness(sealed: SealedBlock): Promise<ExecutionWitness> {
    if (this.fork) throw new WitnessUnavailableError()
    const isLockstep = this.start.inference !== undefined
    return this.traces.run(() => witnessOf(this.parts.ledger, sealed, isLockstep))
  }

  importChain(rlp: Uint8Array): Promise<number> {
    return this.queue.run(() => importChain(rlp, this.importOptions()))
  }

  importBlock(rlp: Uint8Array): Promise<ImportedBlock> {
    return this.queue.run(() => importBlock(rlp, { ...this.importOptions(), keepsTensors: true }))
  }

  private importOptions(): ImportOptions {
    const { ledger, standing } = this.parts
    return {
      ledger,
      isLockstep: this.start.inference !== undefined,
      onBlock: async (block) => {
        const { timestamp, gasLimit } = block.block.header
        standing.clock.set(timestamp)
        this.settings.gasLimit = gasLimit
        await settleBlock(ledger, this.transactions, block)
        this.announce(block)
      },
    }
  }

  inferenceTensors(sealed: SealedBlock): Promise<InferenceTensors[]> {
    return this.traces.run(() => inferenceTensors(this.parts.ledger, sealed, this.traceBudget({})))
  }

  async stateEdits(id: BlockId): Promise<StateEdits> {
    const sealed = await this.block(id)
    if (!sealed) throw new BlockNotFoundError(id)
    return this.parts.ledger.editsAfter(sealed)
  }

  applyStateEdits(edits: StateEdits): Promise<Hex> {
    return this.queue.run(async () => {
      const { ledger } = this.parts
      await ledger.change((state) => applyEdits(state, edits))
      return bytesToHex(ledger.chain.stateRoot(ledger.chain.head))
    })
  }

  dumpState(options: DumpOptions = {}): Promise<StateFile> {
    return this.queue.run(async () => {
      const { ledger } = this.parts
      const isFork = this.fork !== undefined
      const models = await this.knownModels()
      const accounts = ledger.accountReader()
      const { chain } = ledger
      return dumpState({ chain, accounts, settings: this.settings, isFork, models }, options)
    })
  }

  loadState(file: unknown): Promise<readonly Hex[]> {
    return this.queue.run(async () => {
      const { ledger } = this.parts
      const state = readStateFile(file)
      const { chain, loaded } = await ledger.restore((open) =>
        loadState(state, {
          chain: ledger.chain,
          rules: this.blockRules(),
          forkHeight: this.fork?.base.block.header.number,
          firstRoot: this.start.source.root ?? this.start.source.genesis.block.header.stateRoot,
          open,
        }),
      )
      await this.goOn(chain, loaded)
      for (const id of state.models) this.loadedModels.add(id)
      const missing = await Promise.all(
        state.models.map(async (id) => ((await this.models.has(id)) ? [] : [id])),
      )
      return missing.flat()
    })
  }

  blob(versionedHash: Hex): Uint8Array | undefined {
    return readBlob(this.parts.source.store, versionedHash)
  }

  blobs(transaction: Hex): BlobSidecar | undefined {
    if (!this.parts.ledger.chain.transaction(transaction)) return undefined
    return readSidecar(this.parts.source.store, transaction)
  }

  async send(tx: TypedTransaction, options: SendOptions = {}): Promise<Hex> {
    const { ledger, waivers } = this.parts
    const { settings, transactions } = this
    const pooled = await admit(ledger, transactions, settings, waivers, tx, options)
    const watch = this.transactions.watch(pooled.hash)
    this.events.emit('pendingTransaction', pooled)
    // One that is mined at once has nothing to gain.
    if (this.queue.isBusy || !minesAtOnce(this.mode)) this.executeAhead([pooled])
    try {
      if (minesAtOnce(this.mode)) {
        await this.queue.run(() => this.miner.mineTransaction(pooled.hash))
      }
    } finally {
      this.transactions.unwatch(pooled.hash)
    }
    if (watch.failure) throw watch.failure
    await this.keepWaiting(pooled)
    return pooled.hash
  }

  preExecution(): PreExecutionReport | undefined {
    return this.preExecutor?.report()
  }

  pool(): ReturnType<Node['pool']> {
    return this.transactions.list()
  }

  async pendingNonce(address: Hex): Promise<bigint> {
    const account = await this.parts.ledger.headAccount(createAddressFromString(address))
    return this.transactions.nextNonce(address.toLowerCase() as Hex, account?.nonce ?? 0n)
  }

  async dropTransaction(hash: Hex): Promise<boolean> {
    const isThere = this.transactions.remove(hash.toLowerCase() as Hex)
    await this.forgetKept()
    return isThere
  }

  async dropAllTransactions(): Promise<void> {
    this.transactions.clear()
    await this.forgetKept()
  }

  mine(
    options: { blocks?: number; intervalSeconds?: number } = {},
  ): Promise<readonly SealedBlock[]> {
    return this.queue.run(() => this.miner.mine(options.blocks ?? 1, options.intervalSeconds))
  }

  get mining(): MiningMode {
    return this.mode
  }

  setMining(mode: MiningMode): void {
    this.mode = mode
    this.timer.set(mode)
    if (minesAtOnce(mode)) void this.background(() => this.miner.minePool())
  }

  setBalance(address: Hex, balance: bigint): Promise<void> {
    return this.queue.run(() => changeAccount(this.parts.ledger, address, { balance }))
  }

  setNonce(address: Hex, nonce: bigint): Promise<void> {
    return this.queue.run(async () => {
      await changeAccount(this.parts.ledger, address, { nonce })
      this.transactions.settle(address.toLowerCase() as Hex, nonce)
    })
  }

  setCode(address: Hex, code: Hex): Promise<void> {
    return this.queue.run(() => changeCode(this.parts.ledger, address, code))
  }

  setStorageAt(address: Hex, slot: Hex, value: Hex): Promise<void> {
    return this.queue.run(() => changeStorage(this.parts.ledger, address, slot, value))
  }

  setCoinbase(address: Hex): void {
    this.settings.coinbase = address
  }

  setBlockGasLimit(gasLimit: bigint): void {
    this.settings.gasLimit = gasLimit
  }

  setNextBlockBaseFeePerGas(fee: bigint): void {
    this.settings.baseFee = fee
  }

  setMinGasPrice(price: bigint): void {
    throw new UnsupportedSettingError(
      `A minimum gas price of ${price} cannot be set: the base fee of EIP-1559 decides.`,
      { remedy: 'Set the base fee of the next block instead.' },
    )
  }

  setNextBlockPrevRandao(value: Hex): void {
    this.settings.prevRandao = toWord(value)
  }

  setChainId(chainId: number): void {
    const { ledger } = this.parts
    ledger.rules = new Rules({ ...ledger.rules.schedule, chainId })
  }

  get gasLimit(): bigint {
    return this.settings.gasLimit
  }

  nextBaseFee(): bigint {
    return nextBaseFee(this.head.block.header, this.common, this.settings)
  }

  nextBlobBaseFee(): bigint {
    return nextBlobBaseFee(this.head.block.header, this.common)
  }

  snapshot(): Hex {
    const { chain } = this.parts.ledger
    return this.snapshots.add({
      height: chain.head.block.header.number,
      stateRoot: chain.stateRoot(chain.head),
      settings: { ...this.settings },
    })
  }

  revert(id: Hex): Promise<boolean> {
    return this.queue.run(async () => {
      const snapshot = this.snapshots.get(id)
      if (!snapshot) return false
      await this.rewind(snapshot)
      this.snapshots.spend(id)
      return true
    })
  }

  reset(fork?: Partial<ForkOptions>): Promise<void> {
    return this.queue.run(async () => {
      const before = this.start
      const next = await this.startAgain(fork)
      this.parts.ledger.rules = next.rules
      if (next === before) await this.rewind(firstSnapshot(next))
      else await this.replaceChain(next)
      this.snapshots.clear()
      this.transactions.clear()
      await this.transactions.kept?.flush()
    })
  }

  rollback(depth: number): Promise<void> {
    return this.queue.run(async () => {
      await this.unwind(depth)
    })
  }

  async reorg(blocks: readonly (readonly UnpooledTransaction[])[]): Promise<void> {
    const ready: PooledTransaction[][] = []
    for (const transactions of blocks) {
      ready.push(await Promise.all(transactions.map((entry) => this.ready(entry))))
    }
    return this.queue.run(async () => {
      const first = await this.unwind(ready.length)
      // A block of the same transactions at the same time would be the very block that it replaces.
      if (first) this.settings.prevRandao = hexToBytes(keccak256(first.hash))
      for (const transactions of ready) await this.miner.mineThese(transactions)
    })
  }

  increaseTime(seconds: bigint): bigint {
    return this.parts.standing.clock.increase(seconds)
  }

  setNextBlockTimestamp(timestamp: bigint): void {
    this.parts.standing.clock.setNext(timestamp, this.head.block.header.timestamp)
  }

  setTime(timestamp: bigint): bigint {
    return this.parts.standing.clock.set(timestamp)
  }

  setBlockTimestampInterval(seconds: bigint | undefined): void {
    this.parts.standing.clock.setStep(seconds)
  }

  on<E extends keyof NodeEvents>(event: E, listener: (...args: NodeEvents[E]) => void): () => void {
    this.events.on(event, listener as never)
    return () => this.events.off(event, listener as never)
  }

  async close(): Promise<void> {
    this.timer.stop()
    this.parts.abort.abort()
    await Promise.all([this.queue.idle(), this.traces.idle(), this.preExecutor?.close()])
    await this.start.fork?.close()
    if (this.parts.ownsPrecompile) await this.precompile.close()
    await this.parts.source.store.close()
  }

  private async startAgain(fork?: Partial<ForkOptions>): Promise<Start> {
    const { source } = this.parts
    const { transactionHash: _, ...before } = this.start.fork?.options ?? {}
    const options = { ...before, ...fork }
    if (source.folder && (fork || this.start.fork)) throw new ForkInFolderError()
    if (fork && options.url !== undefined) {
      return startAtFork(source, { ...options, url: options.url })
    }
    if (this.start.fork) return startAtGenesis(source)
    return this.isLoaded ? this.startAfresh() : this.start
  }

  /** Starts the chain that stood here before another was loaded. */
  private async startAfresh(): Promise<Start> {
    const { genesis, rules, source } = this.start
    const { clock } = this.parts.standing
    const position = firstPosition(genesis, rules, clock.at(genesis.timestamp))
    const chain = await Chain.create(source, [
      atGenesis,
      [keyOf.position, encodePosition(position)],
    ])
    return { ...this.start, chain, position }
  }

  /** Whether the chain is one that was loaded. */
  private get isLoaded(): boolean {
    const { chain, source } = this.start
    return chain.genesis !== source.genesis
  }

  private traceBudget({ timeoutMs }: TraceOptions): Budget {
    const { signal } = this.parts.abort
    return new Budget({ signal, ...(timeoutMs !== undefined && { timeoutMs }) })
  }

  /** The height of what names an age: an epoch behind the head is safe, two are final. */
  private settled(id: BlockId): BlockId {
    if (id !== 'safe' && id !== 'finalized') return id
    const epochs = id === 'safe' ? 1n : 2n
    const height = this.head.block.header.number - epochs * this.parts.slotsPerEpoch
    return bigIntMax(height, this.genesisNumber)
  }

  private standOn(id: BlockId): ReturnType<typeof standOn> {
    return standOn(this.parts.ledger, this.miner, this.settled(id))
  }

  private standAt(at: BlockId | WithinBlock, budget: Budget): ReturnType<typeof standOn> {
    return typeof at === 'object' && 'within' in at
      ? standWithin(this.parts.ledger, at.within, at.after, budget)
      : this.standOn(at)
  }

  private async ready(entry: UnpooledTransaction): Promise<PooledTransaction> {
    const { tx, hash, sender } = readyTransaction(entry.tx, this.common, entry.impersonated)
    const { sidecar } = entry
    if (sidecar) await verifySidecar(sidecar, namedBlobs(tx))
    return { tx, hash, from: sender.toString(), ...(sidecar && { sidecar }) }
  }

  /** Takes blocks off the chain, and returns the lowest of them. */
  private async unwind(depth: number): Promise<SealedBlock | undefined> {
    const { chain } = this.parts.ledger
    const height = chain.head.block.header.number - BigInt(depth)
    const common = chain.block(height)
    if (!common) throw new RangeError(`There are no ${depth} blocks above genesis.`)
    const first = chain.block(height + 1n)
    const settings = { ...this.settings }
    await this.rewind({ height, stateRoot: chain.stateRoot(common), settings })
    this.snapshots.dropAbove(height)
    return first
  }

  /** @throws StorageError; nothing changed. */
  private async rewind({ height, stateRoot, settings }: Snapshot): Promise<void> {
    const { ledger, standing } = this.parts
    const kept = ledger.chain.block(height)
    if (!kept) throw new BlockNotFoundError(height)
    const removed = await ledger.unwind(kept, stateRoot, settings)
    Object.assign(this.settings, settings)
    standing.clock.set(this.head.block.header.timestamp)
    await settleAll(ledger, this.transactions)
    if (removed.length > 0) this.announceRemoved(removed)
  }

  /** Keeps a transaction for the next start, if it waits still. @throws StorageError */
  private async keepWaiting(pooled: PooledTransaction): Promise<void> {
    const { kept } = this.transactions
    if (!kept || !this.transactions.get(pooled.hash)) return
    await this.queue.run(async () => {
      if (this.transactions.get(pooled.hash)) await kept.save(pooled)
    })
  }

  /** Lets the next start know nothing of transactions that were dropped. @throws StorageError */
  private async forgetKept(): Promise<void> {
    const { kept } = this.transactions
    if (kept) await this.queue.run(() => kept.flush())
  }

  /** Takes the transactions up that waited when the node ended, and mines them where it mines at once. */
  async resumePool(): Promise<void> {
    const { kept } = this.transactions
    if (!kept) return
    for (const transaction of kept.load(this.common)) {
      const account = await this.parts.ledger.headAccount(createAddressFromString(transaction.from))
      try {
        this.transactions.add(transaction, account?.nonce ?? 0n)
      } catch (error) {
        if (!(error instanceof PoolError)) throw error
        kept.forget(transaction.hash)
      }
    }
    await kept.flush()
    if (minesAtOnce(this.mode)) void this.background(() => this.miner.minePool())
    else this.executeAhead(this.transactions.runs().flat())
  }

  /**
   * Seals the block within which the fork begins, if it is to begin within one.
   * @throws ForkError when a transaction of that block cannot be executed here.
   */
  async beginBlock(): Promise<void> {
    const begun = this.fork?.begun
    if (!begun || this.head.hash !== this.fork?.base.hash) return
    const { clock } = this.parts.standing
    const { timestamp } = this.head.block.header
    const before = { ...this.settings }
    // Anvil seals blocks at the time of their parents.
    clock.setNext(bigIntMax(begun.timestamp, timestamp + 1n), timestamp)
    const { gasLimit, coinbase, baseFee } = begun
    const prevRandao = hexToBytes(begun.prevRandao)
    Object.assign(this.settings, { gasLimit, coinbase, baseFee, prevRandao })
    const sealed = await this.miner.mineThese(begunTransactions(begun, this.common))
    Object.assign(this.settings, { gasLimit: before.gasLimit, coinbase: before.coinbase })
    if (sealed.transactions.length === begun.transactions.length) return
    throw new ForkError(
      `Block ${begun.number} of the forked chain has transactions that fail here.`,
      {
        remedy: 'Choose the rules that it follows with --hardfork, or fork at a block.',
      },
    )
  }

  /** Goes on with a chain that was loaded. */
  private async goOn(chain: Chain, loaded: LoadedChain): Promise<void> {
    const { ledger, standing } = this.parts
    const before = ledger.chain
    const removed = before.above(before.genesis.block.header.number)
    this.start = { ...this.start, chain }
    ledger.rebase(baseOf(this.start))
    Object.assign(this.settings, settingsAfter(this.settings, loaded))
    standing.clock.set(this.head.block.header.timestamp)
    this.snapshots.clear()
    await settleAll(ledger, this.transactions)
    const gone = removed.filter(({ hash }) => chain.block({ hash }) === undefined)
    if (gone.length > 0) this.announceRemoved(gone)
  }

  private blockRules(): BlockRules {
    const { ledger } = this.parts
    const { schedule } = ledger.rules
    const names = new Set(schedule.forks.map(({ name }) => name))
    return {
      chainId: schedule.chainId,
      of: (chainId, hardfork) =>
        names.has(hardfork) ? this.start.source.rulesOf(chainId, hardfork) : undefined,
      at: (number, timestamp) => ledger.rules.at({ number, timestamp, isMerged: true }).hardfork(),
    }
  }

  /** Models that the registry lists after the head. */
  private async knownModels(): Promise<Hex[]> {
    const { chain } = this.parts.ledger
    const stored = await this.models.list()
    const blocks = chain.above(chain.genesis.block.header.number - 1n)
    const mentioned = mentionedModels(blocks, [...this.loadedModels, ...stored.map(({ id }) => id)])
    const state = (await this.standOn('latest')).read()
    const known: Hex[] = []
    for (const id of mentioned) if (await isRegistered(state, id)) known.push(id)
    return known
  }

  /** Puts another chain in the place of this one. */
  private async replaceChain(next: Start): Promise<void> {
    const { ledger, models, standing } = this.parts
    const before = this.start
    const removed = before.chain.above(before.chain.genesis.block.header.number)
    this.start = next
    models.fork = next.fork
    ledger.rebase(baseOf(next))
    Object.assign(this.settings, next.settings)
    standing.clock.set(next.genesis.timestamp)
    await settleAll(ledger, this.transactions)
    if (removed.length > 0) this.announceRemoved(removed)
    await before.fork?.close()
  }

  private createPreExecutor(): PreExecutor {
    const { ledger } = this.parts
    return new PreExecutor({
      ledger,
      pool: this.transactions,
      openNextBlock: (signal) => this.miner.openNext(signal),
      concurrency: availableParallelism(),
      gasLimit: () => this.settings.gasLimit,
      onExecuted: (transaction) => this.events.emit('preExecuted', transaction),
    })
  }

  private executeAhead(transactions: readonly PooledTransaction[]): void {
    if (!this.start.inference) return
    for (const transaction of transactions) this.preExecutor?.consider(transaction)
  }

  /** Tells of a block that was sealed or imported. What it left in the pool may ask models something else now. */
  private announce(block: SealedBlock): void {
    this.preExecutor?.settle(block)
    if (!minesAtOnce(this.mode)) this.executeAhead(this.transactions.runs().flat())
    this.events.emit('block', block)
  }

  /** Tells of blocks that were taken off the chain, newest first. */
  private announceRemoved(removed: readonly SealedBlock[]): void {
    this.preExecutor?.cancel()
    if (!minesAtOnce(this.mode)) this.executeAhead(this.transactions.runs().flat())
    this.events.emit('removed', removed)
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

/** Where a chain started. */
function firstSnapshot({ chain, settings }: Start): Snapshot {
  return { height: chain.genesis.block.header.number, stateRoot: chain.firstRoot, settings }
}

function minesAtOnce(mode: MiningMode): boolean {
  return mode.type === 'auto' || mode.type === 'mixed'
}
