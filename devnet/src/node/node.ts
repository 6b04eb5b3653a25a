import type { Block } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import type { TypedTransaction } from '@ethereumjs/tx'
import type { Account, Address } from '@ethereumjs/util'
import type {
  CallResult,
  InferencePrecompile,
  InferenceRecord,
  InferenceTensors,
  ModelId,
  ModelStore,
  Tensor,
} from '@lockstep/precompile'
import type { DevAccount } from './accounts.js'
import type { BlobSidecar } from './blobs/sidecar.js'
import type { CallBundle } from './callMany.js'
import type { StateEdits } from './edits/edits.js'
import type { Fork, ForkOptions } from './fork/fork.js'
import type { ScheduledForks } from './forkFacts.js'
import type { ImportedBlock } from './import/importChain.js'
import type { PreExecutionReport } from './preExecution/report.js'
import type { AccountProof } from './proof.js'
import type { SimulatedResult, Simulation } from './simulate/simulation.js'
import type { DumpOptions } from './stateFile/dump.js'
import type { StateFile } from './stateFile/format.js'
import type { Trace, TraceOptions } from './trace/trace.js'
import type { BlockReads } from './witness/blockReads.js'
import type { ExecutionWitness } from './witness/witness.js'

export type Hex = `0x${string}`

/** Names a block. A number is its height. */
export type BlockId =
  | bigint
  | 'latest'
  | 'earliest'
  | 'pending'
  | 'safe'
  | 'finalized'
  | { hash: Hex }

export interface Log {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  /** Position in the block. */
  readonly logIndex: number
  readonly transactionIndex: number
}

/** An inference that a transaction made, reverted frames included, in execution order. */
export interface TransactionInference extends InferenceRecord {
  readonly transactionIndex: number
  /** Order within the transaction. */
  readonly callIndex: number
  /** Call depth at which the precompile was called; 0 for a transaction sent to it. */
  readonly depth: number
  readonly caller: Hex
}

export interface Receipt {
  readonly status: 0 | 1
  /** Root of the state after the transaction, which stood in the place of the status before Byzantium. */
  readonly stateRoot?: Hex
  readonly gasUsed: bigint
  readonly cumulativeGasUsed: bigint
  readonly effectiveGasPrice: bigint
  readonly blobGasUsed?: bigint
  readonly blobGasPrice?: bigint
  readonly logsBloom: Hex
  readonly logs: readonly Log[]
  readonly contractAddress: Hex | null
  /** Return data of the top frame: revert data when `status` is 0. Not part of consensus. */
  readonly returnData: Hex
}

/** A mined transaction with its sender, which for an impersonated one no signature proves. */
export interface MinedTransaction {
  readonly hash: Hex
  readonly tx: TypedTransaction
  readonly from: Hex
  readonly index: number
  readonly receipt: Receipt
}

export interface SealedBlock {
  readonly hash: Hex
  readonly block: Block
  readonly transactions: readonly MinedTransaction[]
  readonly inferences: readonly TransactionInference[]
}

export interface PooledTransaction {
  readonly hash: Hex
  readonly tx: TypedTransaction
  readonly from: Hex
  /** Blobs that came with it. */
  readonly sidecar?: BlobSidecar
  /** Set after block building left it out because of a fault of this node. */
  readonly fault?: string
}

/** A transaction for a block, past the pool. */
export interface UnpooledTransaction {
  readonly tx: TypedTransaction
  /** The sender of a transaction that nobody signed. */
  readonly impersonated?: Address
  /** The blobs that it names. */
  readonly sidecar?: BlobSidecar
}

/** What comes with a transaction for the pool. */
export type SendOptions = Omit<UnpooledTransaction, 'tx'>

/** Fields of `eth_call`, `eth_estimateGas` and traces, already parsed. */
export interface CallRequest {
  readonly from?: Hex
  readonly to?: Hex | null
  readonly data?: Hex
  readonly value?: bigint
  readonly gas?: bigint
  readonly gasPrice?: bigint
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
  readonly nonce?: bigint
  readonly accessList?: readonly { address: Hex; storageKeys: readonly Hex[] }[]
  readonly authorizationList?: readonly unknown[]
  readonly maxFeePerBlobGas?: bigint
  readonly blobVersionedHashes?: readonly Hex[]
}

/** A point in a block, after so many of its transactions. */
export interface WithinBlock {
  readonly within: SealedBlock
  readonly after: number
}

export type StateOverrides = Readonly<
  Record<
    Hex,
    {
      balance?: bigint
      nonce?: bigint
      code?: Hex
      state?: Record<Hex, Hex>
      stateDiff?: Record<Hex, Hex>
    }
  >
>

export interface BlockOverrides {
  readonly number?: bigint
  readonly time?: bigint
  readonly gasLimit?: bigint
  readonly coinbase?: Hex
  readonly prevRandao?: Hex
  readonly baseFee?: bigint
}

export interface CallOutcome {
  readonly success: boolean
  readonly returnData: Hex
  readonly gasUsed: bigint
  /** EthereumJS's name of the exception when `success` is false: `revert`, `out of gas`, … */
  readonly exception?: string
  readonly logs: readonly Log[]
  readonly inferences: readonly TransactionInference[]
  /** Calldata of the calls to Solidity's console, in order, reverted frames included. */
  readonly consoleCalls: readonly Hex[]
}

export interface StateView {
  account(address: Hex): Promise<Account | undefined>
  code(address: Hex): Promise<Uint8Array>
  /** 32 bytes, zero-padded. */
  storage(address: Hex, slot: Hex): Promise<Hex>
}

export type MiningMode =
  | { readonly type: 'auto' }
  | { readonly type: 'interval'; readonly seconds: number }
  | { readonly type: 'mixed'; readonly seconds: number }
  | { readonly type: 'manual' }

export interface NodeEvents {
  block: [SealedBlock]
  pendingTransaction: [PooledTransaction]
  /** A transaction of the pool was executed ahead of any block. */
  preExecuted: [PooledTransaction]
  /** Calldata of calls to Solidity's console, by a call or by the block that follows. */
  console: [readonly Hex[]]
  /** Blocks that a revert or reset took off the chain, newest first. */
  removed: [readonly SealedBlock[]]
  /** Sealing a block by the clock failed; the next tick tries again. */
  failure: [Error]
}

/**
 * The chain behind JSON-RPC: knows no JSON. Every method that reads or executes works on its own view of state;
 * methods that change the chain run one at a time, in order of arrival.
 */
export interface Node {
  readonly common: Common
  readonly chainId: number
  readonly precompile: InferencePrecompile
  readonly models: ModelStore
  /** Accounts that genesis funds and whose keys the node holds. */
  readonly accounts: readonly DevAccount[]

  // Blocks
  /** The genesis as `genesis.json` of other clients, with this chain's own configuration in `config.lockstep`. */
  genesisJson(): Record<string, unknown>
  /** The chain that this one goes on from; blocks up to its base are there alone. */
  readonly fork: Fork | undefined
  readonly head: SealedBlock
  /** Height of the first block. */
  readonly genesisNumber: bigint
  /** Undefined when there is no such block. `pending` is built on the spot from the pool, and sealed into nothing. */
  block(id: BlockId): Promise<SealedBlock | undefined>
  transaction(
    hash: Hex,
  ): Promise<
    { mined: MinedTransaction; in: SealedBlock } | { pooled: PooledTransaction } | undefined
  >

  // Blobs. They are kept beside the blocks whose transactions name them.
  /** The blob with a versioned hash; undefined where no mined transaction brought it. */
  blob(versionedHash: Hex): Uint8Array | undefined
  /** The blobs that came with a mined transaction; undefined where none did. */
  blobs(transaction: Hex): BlobSidecar | undefined

  /** The hardforks that hold now, and that are to come. */
  forks(): Promise<ScheduledForks>

  // State
  /** @throws BlockNotFoundError */
  state(id: BlockId): Promise<StateView>
  /** Code with this hash that some account has had; empty when none has. */
  codeByHash(hash: Hex): Promise<Uint8Array>

  /**
   * An account with slots of it, and what proves them against the state root of the block.
   * @throws BlockNotFoundError, ProofUnavailableError
   */
  proof(address: Hex, slots: readonly Hex[], id: BlockId): Promise<AccountProof>
  /**
   * The forked chain's own proof of an account, whatever became of it here.
   * @throws ProofUnavailableError where the chain is no fork, and what asking the remote throws.
   */
  forkProof(address: Hex, slots: readonly Hex[]): Promise<AccountProof>

  // Execution
  call(
    request: CallRequest,
    id: BlockId,
    overrides?: { state?: StateOverrides; block?: BlockOverrides },
  ): Promise<CallOutcome>
  /**
   * Calls one after another, each on the state that the one before it left, across bundles.
   * @throws InvalidCallError, PoolError, TraceLimitError when they take too long.
   */
  callMany(
    bundles: readonly CallBundle[],
    at: BlockId | WithinBlock,
    state?: StateOverrides,
  ): Promise<CallOutcome[][]>
  /** @throws ExecutionRevertedError with the revert data */
  estimateGas(
    request: CallRequest,
    id: BlockId,
    overrides?: { state?: StateOverrides },
  ): Promise<bigint>
  /**
   * Executes blocks that no chain will hold, each on the state that the one before it left.
   * @throws SimulationError, BlockNotFoundError
   */
  simulate(simulation: Simulation, id: BlockId): Promise<SimulatedResult[]>
  createAccessList(
    request: CallRequest,
    id: BlockId,
  ): Promise<{
    accessList: { address: Hex; storageKeys: Hex[] }[]
    gasUsed: bigint
    error?: string
  }>
  /** Calls the precompile alone, against the registry of that block, without an EVM around it. */
  callPrecompile(
    calldata: Uint8Array,
    gasLimit: bigint,
    id: BlockId,
  ): Promise<{ success: boolean; outOfGas: boolean; returnData: Uint8Array; gasUsed: bigint }>

  /**
   * Runs a model that the registry lists after the head, on tensors that no calldata brought. It may cost as much as a
   * block holds.
   * @throws InferenceInactiveError, NodeFaultError, the signal's reason
   */
  runModel(id: ModelId, inputs: readonly Tensor[], signal: AbortSignal): Promise<CallResult>

  // Traces. One request traces at a time; a trace that is too large or takes too long is given up.
  /**
   * Calls one after another, each on the state that the one before it left.
   * @throws TraceLimitError, InvalidCallError, PoolError
   */
  traceCalls(
    requests: readonly CallRequest[],
    at: BlockId | WithinBlock,
    options: TraceOptions,
    overrides?: { state?: StateOverrides; block?: BlockOverrides },
  ): Promise<Trace[]>
  /**
   * Executes transactions of a block again, on the state that they ran on.
   * @param only position of the one to trace. Default: all.
   * @throws TraceLimitError
   */
  traceBlock(sealed: SealedBlock, options: TraceOptions, only?: number): Promise<Trace[]>
  /**
   * What executing a block reads.
   * @throws BlockNotFoundError for the first block, WitnessUnavailableError where the chain is a fork.
   */
  executionWitness(sealed: SealedBlock): Promise<ExecutionWitness>
  /**
   * What a chain reads that goes on with a block of this one, with what was done to the state after it.
   * @throws BlockNotFoundError for the first block, BlockNotExecutedError for one that was loaded, StateUnknownError,
   * WitnessUnavailableError where the chain is a fork.
   */
  blockReads(sealed: SealedBlock): Promise<BlockReads>
  /**
   * What executing a block on the head reads, as far as that goes; the chain stays what it is.
   * @throws InvalidBlockError for one that cannot follow the head, NodeFaultError
   */
  readsOfNext(rlp: Uint8Array): Promise<BlockReads>
  /** State within a block. @throws TraceLimitError, BlockNotFoundError */
  stateWithin(point: WithinBlock): Promise<StateView>

  /**
   * Appends blocks that came from elsewhere, after executing each and comparing every field of its header. Blocks that
   * the chain holds already are passed over.
   * @param rlp blocks one after another, as other clients export them.
   * @returns how many were appended.
   * @throws ImportError naming the block and what differs; the blocks before it stay.
   */
  importChain(rlp: Uint8Array): Promise<number>
  /**
   * Executes one block that came from elsewhere, keeps what its models were given and gave, and appends it where its
   * header says what came out.
   * @throws ImportError for a block that cannot follow the head, NodeFaultError; the chain is what it was.
   */
  importBlock(rlp: Uint8Array): Promise<ImportedBlock>
  /**
   * What the models of a block were given and gave, in the order of its inferences. The block is executed again.
   * @throws NodeFaultError where that gives another inference than the block commits to; TraceLimitError where the node
   * closes meanwhile
   */
  inferenceTensors(sealed: SealedBlock): Promise<InferenceTensors[]>
  /**
   * How the state after a block was changed without a block; empty where it was not.
   * @throws BlockNotFoundError, StateUnknownError, PreimageMissingError
   */
  stateEdits(id: BlockId): Promise<StateEdits>
  /** Changes the state after the head without a block. @returns its root from then on. */
  applyStateEdits(edits: StateEdits): Promise<Hex>

  // State files
  /** The chain as Anvil writes it. @throws PreimageMissingError */
  dumpState(options?: DumpOptions): Promise<StateFile>
  /**
   * Goes on from a chain that Anvil or lockstep wrote: its blocks and accounts in the place of this chain's. Accounts
   * that it does not list stay.
   * @param file the parsed file.
   * @returns models that it knows and whose files are not here.
   * @throws StateFileError, StorageError; nothing changed.
   */
  loadState(file: unknown): Promise<readonly Hex[]>

  // Pool
  /**
   * Admits a signed transaction, or an unsigned one from an impersonated sender.
   * In auto mode resolves after the block is sealed.
   * @throws PoolError: nonce too low, insufficient funds, underpriced replacement, intrinsic gas, fee below base fee, …
   * @throws BlobSidecarError when the blobs beside it are not those that it names.
   * @throws NodeFaultError when building left it out because of a fault of this node.
   */
  send(tx: TypedTransaction, options?: SendOptions): Promise<Hex>
  pool(): { pending: readonly PooledTransaction[]; queued: readonly PooledTransaction[] }
  /** What was executed ahead of blocks. Undefined where nothing is. */
  preExecution(): PreExecutionReport | undefined
  /** Nonce after the sender's pooled transactions. */
  pendingNonce(address: Hex): Promise<bigint>
  dropTransaction(hash: Hex): Promise<boolean>
  dropAllTransactions(): Promise<void>

  // Mining
  mine(options?: { blocks?: number; intervalSeconds?: number }): Promise<readonly SealedBlock[]>
  readonly mining: MiningMode
  setMining(mode: MiningMode): void

  // Control: each acts on the head's state without a block, as Anvil does
  setBalance(address: Hex, balance: bigint): Promise<void>
  setNonce(address: Hex, nonce: bigint): Promise<void>
  setCode(address: Hex, code: Hex): Promise<void>
  setStorageAt(address: Hex, slot: Hex, value: Hex): Promise<void>
  setCoinbase(address: Hex): void
  setBlockGasLimit(gasLimit: bigint): void
  setNextBlockBaseFeePerGas(fee: bigint): void
  setMinGasPrice(price: bigint): void
  setNextBlockPrevRandao(value: Hex): void
  setChainId(chainId: number): void
  readonly gasLimit: bigint
  /** What a sender is advised to offer the block's beneficiary, in wei for a unit of gas. */
  readonly suggestedTip: bigint
  /** Base fee that the next block will have. */
  nextBaseFee(): bigint
  /** Blob base fee that the next block will have. */
  nextBlobBaseFee(): bigint
  snapshot(): Hex
  /** False when there is no such snapshot. It and later ones are spent. */
  revert(id: Hex): Promise<boolean>
  /**
   * Starts again: at genesis, or with `fork` at a block of another chain, where what is not given stays as it was.
   * @throws ForkError, NodeFaultError when that block cannot be had; the chain is then as it was.
   */
  reset(fork?: Partial<ForkOptions>): Promise<void>
  /** Takes the newest blocks off the chain. @throws RangeError when there are not that many above genesis. */
  rollback(depth: number): Promise<void>
  /**
   * Puts other blocks in the place of as many of the newest: for each, the transactions that it is to hold. Those
   * that cannot be executed are left out.
   * @throws RangeError when there are not that many above genesis; PoolError for what no block could hold.
   */
  reorg(blocks: readonly (readonly UnpooledTransaction[])[]): Promise<void>

  // Clock, in seconds
  /** Returns the total offset from wall time. */
  increaseTime(seconds: bigint): bigint
  /** @throws TimestampError when not after the head's. */
  setNextBlockTimestamp(timestamp: bigint): void
  /** Returns the seconds that this skips; 0 when time goes back. */
  setTime(timestamp: bigint): bigint
  setBlockTimestampInterval(seconds: bigint | undefined): void

  on<E extends keyof NodeEvents>(event: E, listener: (...args: NodeEvents[E]) => void): () => void
  close(): Promise<void>
}
