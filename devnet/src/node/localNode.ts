import type { Common } from '@ethereumjs/common'
import type { TypedTransaction } from '@ethereumjs/tx'
import { createAddressFromString } from '@ethereumjs/util'
import type {
  InferencePrecompile,
  InferenceTensors,
  ModelId,
  ModelStore,
  Tensor,
} from '@lockstep/precompile'
import type { DevAccount } from './accounts.js'
import { readBlob, readSidecar } from './blobs/rows.js'
import type { BlobSidecar } from './blobs/sidecar.js'
import type { CallBundle } from './callMany.js'
import { Rules } from './common.js'
import { changeAccount, changeCode, changeStorage } from './control.js'
import type { StateEdits } from './edits/edits.js'
import { nextBaseFee, nextBlobBaseFee } from './fees.js'
import type { Fork, ForkOptions } from './fork/fork.js'
import { ForkState } from './fork/forkState.js'
import { askProof } from './fork/remoteProof.js'
import { type ScheduledForks, scheduledForks } from './forkFacts.js'
import { genesisJson } from './genesis.js'
import type { ImportedBlock } from './import/importChain.js'
import { NodeCore, type NodeParts } from './local/core.js'
import { Exchange } from './local/exchange.js'
import { Execution } from './local/execution.js'
import { History } from './local/history.js'
import { Sending } from './local/sending.js'
import type {
  BlockId,
  BlockOverrides,
  CallOutcome,
  CallRequest,
  Hex,
  MiningMode,
  Node,
  NodeEvents,
  SealedBlock,
  SendOptions,
  StateOverrides,
  StateView,
  UnpooledTransaction,
  WithinBlock,
} from './node.js'
import { lockstepConfig } from './origin.js'
import { OwnState } from './ownState.js'
import type { PreExecutionReport } from './preExecution/report.js'
import { type AccountProof, ProofUnavailableError, proveAccount } from './proof.js'
import { UnsupportedSettingError } from './settings.js'
import type { SimulatedResult, Simulation } from './simulate/simulation.js'
import { readState, toWord } from './state.js'
import type { DumpOptions } from './stateFile/dump.js'
import type { StateFile } from './stateFile/format.js'
import type { Trace, TraceOptions } from './trace/trace.js'
import type { BlockReads } from './witness/blockReads.js'
import type { ExecutionWitness } from './witness/witness.js'

/** A chain in this process: each capability of it, by the names of `Node`. */
export class LocalNode implements Node {
  private readonly core: NodeCore
  private readonly execution: Execution
  private readonly sending: Sending
  private readonly history: History
  private readonly exchange: Exchange

  constructor(private readonly parts: NodeParts) {
    this.core = new NodeCore(parts)
    this.execution = new Execution(this.core)
    this.sending = new Sending(this.core)
    this.history = new History(this.core)
    this.exchange = new Exchange(this.core)
  }

  get common(): Common {
    return this.core.common
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
    const { genesis, rules, inference } = this.core.start
    return genesisJson(genesis, rules, inference && lockstepConfig(inference))
  }

  get fork(): Fork | undefined {
    return this.core.fork
  }

  get suggestedTip(): bigint {
    return this.parts.suggestedTip
  }

  get genesisNumber(): bigint {
    return this.core.genesisNumber
  }

  get head(): SealedBlock {
    return this.core.head
  }

  block(id: BlockId): Promise<SealedBlock | undefined> {
    return this.core.block(id)
  }

  async transaction(hash: Hex): ReturnType<Node['transaction']> {
    const mined = this.parts.ledger.chain.transaction(hash)
    if (mined) return mined
    const pooled = this.core.pool.get(hash.toLowerCase() as Hex)
    return pooled && { pooled }
  }

  async state(id: BlockId): Promise<StateView> {
    return readState((await this.core.standOn(id)).read())
  }

  codeByHash(hash: Hex): Promise<Uint8Array> {
    return this.parts.ledger.codeByHash(hash)
  }

  forks(): Promise<ScheduledForks> {
    return scheduledForks(this.parts.ledger)
  }

  async proof(address: Hex, slots: readonly Hex[], id: BlockId): Promise<AccountProof> {
    const state = (await this.core.standOn(id)).read()
    if (state instanceof OwnState) return proveAccount(state, address, slots)
    const isOurs =
      state instanceof ForkState && (await state.isChanged(createAddressFromString(address)))
    if (!this.core.fork || isOurs) throw new ProofUnavailableError(address)
    return askProof(this.core.fork, address, slots)
  }

  async forkProof(address: Hex, slots: readonly Hex[]): Promise<AccountProof> {
    if (!this.core.fork) throw new ProofUnavailableError(address)
    return askProof(this.core.fork, address, slots)
  }

  blob(versionedHash: Hex): Uint8Array | undefined {
    return readBlob(this.parts.source.store, versionedHash)
  }

  blobs(transaction: Hex): BlobSidecar | undefined {
    if (!this.parts.ledger.chain.transaction(transaction)) return undefined
    return readSidecar(this.parts.source.store, transaction)
  }

  call(
    request: CallRequest,
    id: BlockId,
    overrides?: { state?: StateOverrides; block?: BlockOverrides },
  ): Promise<CallOutcome> {
    return this.execution.call(request, id, overrides)
  }

  callMany(
    bundles: readonly CallBundle[],
    at: BlockId | WithinBlock,
    state?: StateOverrides,
  ): Promise<CallOutcome[][]> {
    return this.execution.callMany(bundles, at, state)
  }

  estimateGas(
    request: CallRequest,
    id: BlockId,
    overrides?: { state?: StateOverrides },
  ): Promise<bigint> {
    return this.execution.estimateGas(request, id, overrides)
  }

  simulate(simulation: Simulation, id: BlockId): Promise<SimulatedResult[]> {
    return this.execution.simulate(simulation, id)
  }

  createAccessList(request: CallRequest, id: BlockId): ReturnType<Node['createAccessList']> {
    return this.execution.createAccessList(request, id)
  }

  callPrecompile(
    calldata: Uint8Array,
    gasLimit: bigint,
    id: BlockId,
  ): ReturnType<Node['callPrecompile']> {
    return this.execution.callPrecompile(calldata, gasLimit, id)
  }

  runModel(
    id: ModelId,
    inputs: readonly Tensor[],
    signal: AbortSignal,
  ): ReturnType<Node['runModel']> {
    return this.execution.runModel(id, inputs, signal)
  }

  traceCalls(
    requests: readonly CallRequest[],
    at: BlockId | WithinBlock,
    options: TraceOptions,
    overrides?: { state?: StateOverrides; block?: BlockOverrides },
  ): Promise<Trace[]> {
    return this.execution.traceCalls(requests, at, options, overrides)
  }

  stateWithin(point: WithinBlock): Promise<StateView> {
    return this.execution.stateWithin(point)
  }

  traceBlock(sealed: SealedBlock, options: TraceOptions, only?: number): Promise<Trace[]> {
    return this.execution.traceBlock(sealed, options, only)
  }

  inferenceTensors(sealed: SealedBlock): Promise<InferenceTensors[]> {
    return this.execution.inferenceTensors(sealed)
  }

  executionWitness(sealed: SealedBlock): Promise<ExecutionWitness> {
    return this.execution.executionWitness(sealed)
  }

  blockReads(sealed: SealedBlock): Promise<BlockReads> {
    return this.execution.blockReads(sealed)
  }

  readsOfNext(rlp: Uint8Array): Promise<BlockReads> {
    return this.exchange.readsOfNext(rlp)
  }

  importChain(rlp: Uint8Array): Promise<number> {
    return this.exchange.importChain(rlp)
  }

  importBlock(rlp: Uint8Array): Promise<ImportedBlock> {
    return this.exchange.importBlock(rlp)
  }

  stateEdits(id: BlockId): Promise<StateEdits> {
    return this.exchange.stateEdits(id)
  }

  applyStateEdits(edits: StateEdits): Promise<Hex> {
    return this.exchange.applyStateEdits(edits)
  }

  dumpState(options: DumpOptions = {}): Promise<StateFile> {
    return this.exchange.dumpState(options)
  }

  loadState(file: unknown): Promise<readonly Hex[]> {
    return this.exchange.loadState(file)
  }

  send(tx: TypedTransaction, options: SendOptions = {}): Promise<Hex> {
    return this.sending.send(tx, options)
  }

  preExecution(): PreExecutionReport | undefined {
    return this.core.preExecutor?.report()
  }

  pool(): ReturnType<Node['pool']> {
    return this.core.pool.list()
  }

  pendingNonce(address: Hex): Promise<bigint> {
    return this.sending.pendingNonce(address)
  }

  dropTransaction(hash: Hex): Promise<boolean> {
    return this.sending.dropTransaction(hash)
  }

  dropAllTransactions(): Promise<void> {
    return this.sending.dropAllTransactions()
  }

  /** Takes up the transactions that waited when the node ended. */
  resumePool(): Promise<void> {
    return this.sending.resumePool()
  }

  mine(
    options: { blocks?: number; intervalSeconds?: number } = {},
  ): Promise<readonly SealedBlock[]> {
    return this.core.queue.run(() =>
      this.core.miner.mine(options.blocks ?? 1, options.intervalSeconds),
    )
  }

  get mining(): MiningMode {
    return this.core.mining
  }

  setMining(mode: MiningMode): void {
    this.core.setMining(mode)
  }

  setBalance(address: Hex, balance: bigint): Promise<void> {
    return this.core.queue.run(() => changeAccount(this.parts.ledger, address, { balance }))
  }

  setNonce(address: Hex, nonce: bigint): Promise<void> {
    return this.core.queue.run(async () => {
      await changeAccount(this.parts.ledger, address, { nonce })
      this.core.pool.settle(address.toLowerCase() as Hex, nonce)
    })
  }

  setCode(address: Hex, code: Hex): Promise<void> {
    return this.core.queue.run(() => changeCode(this.parts.ledger, address, code))
  }

  setStorageAt(address: Hex, slot: Hex, value: Hex): Promise<void> {
    return this.core.queue.run(() => changeStorage(this.parts.ledger, address, slot, value))
  }

  setCoinbase(address: Hex): void {
    this.core.settings.coinbase = address
  }

  setBlockGasLimit(gasLimit: bigint): void {
    this.core.settings.gasLimit = gasLimit
  }

  setNextBlockBaseFeePerGas(fee: bigint): void {
    this.core.settings.baseFee = fee
  }

  setMinGasPrice(price: bigint): void {
    throw new UnsupportedSettingError(
      `A minimum gas price of ${price} cannot be set: the base fee of EIP-1559 decides.`,
      { remedy: 'Set the base fee of the next block instead.' },
    )
  }

  setNextBlockPrevRandao(value: Hex): void {
    this.core.settings.prevRandao = toWord(value)
  }

  setChainId(chainId: number): void {
    const { ledger } = this.parts
    ledger.rules = new Rules({ ...ledger.rules.schedule, chainId })
  }

  get gasLimit(): bigint {
    return this.core.settings.gasLimit
  }

  nextBaseFee(): bigint {
    return nextBaseFee(this.head.block.header, this.common, this.core.settings)
  }

  nextBlobBaseFee(): bigint {
    return nextBlobBaseFee(this.head.block.header, this.common)
  }

  snapshot(): Hex {
    return this.history.snapshot()
  }

  revert(id: Hex): Promise<boolean> {
    return this.history.revert(id)
  }

  reset(fork?: Partial<ForkOptions>): Promise<void> {
    return this.history.reset(fork)
  }

  rollback(depth: number): Promise<void> {
    return this.history.rollback(depth)
  }

  reorg(blocks: readonly (readonly UnpooledTransaction[])[]): Promise<void> {
    return this.history.reorg(blocks)
  }

  /**
   * Seals the block within which the fork begins, if it is to begin within one.
   * @throws ForkError when a transaction of that block cannot be executed here.
   */
  beginBlock(): Promise<void> {
    return this.history.beginBlock()
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
    this.core.events.on(event, listener as never)
    return () => this.core.events.off(event, listener as never)
  }

  async close(): Promise<void> {
    await Promise.all([this.core.close(), this.execution.idle()])
    await this.core.fork?.close()
    if (this.parts.ownsPrecompile) await this.precompile.close()
    await this.parts.source.store.close()
  }
}
