import type {
  Engine,
  EngineName,
  InferencePrecompile,
  ModelStore,
  RemoteOptions,
} from '@lockstep/precompile'
import type { AccountOptions } from './accounts.js'
import type { WallClock } from './clock.js'
import type { Hardfork } from './common.js'
import type { ForkOptions } from './fork/fork.js'
import type { RecordedFork } from './fork/recordedState.js'
import type { GenesisAccount } from './genesis.js'
import type { Hex, MiningMode } from './node.js'
import type { Order } from './order.js'
import type { StartingState } from './startingState.js'
import type { Waiver } from './waiver.js'

export interface NodeOptions {
  /** Default 31337. */
  readonly chainId?: number
  /** Default `prague`. */
  readonly hardfork?: Hardfork
  readonly accounts?: AccountOptions
  /** Wei that each dev account starts with. Default 10,000 ether. */
  readonly balance?: bigint
  /**
   * A parsed `genesis.json`, as geth and other clients write it, which decides the rules, the first block and the
   * accounts; `chainId` and, where it schedules none, `hardfork` may still be given. Without `config.lockstep` the chain
   * knows no inference and holds nothing but what the file lists.
   */
  readonly genesis?: unknown
  /** Goes on from a block of the chain that `genesis` describes, in the place of its first. */
  readonly startingState?: StartingState
  /** Goes on from a block of another chain, of which this is all that is known; `genesis` holds this chain's own. */
  readonly recordedFork?: RecordedFork
  /** Other accounts to start with; they take precedence over the chain's own. */
  readonly alloc?: Readonly<Record<Hex, GenesisAccount>>
  /** Goes on from a block of another chain instead of a genesis of its own. */
  readonly fork?: ForkOptions
  /** Number of the first block. Default 0. */
  readonly genesisNumber?: bigint
  /** Seconds. Default: now. */
  readonly genesisTimestamp?: bigint
  /** Of a block. Default 30,000,000. */
  readonly gasLimit?: bigint
  /** Wei, of the first block. Default 1 gwei. */
  readonly baseFee?: bigint
  /** Default: the zero address. */
  readonly coinbase?: Hex
  /** Default: a block for every transaction. */
  readonly mining?: MiningMode
  /**
   * Which transactions a block takes first: those that pay most, those that came first, or those whose models have
   * answered already. Default `fees`.
   */
  readonly order?: Order
  /** Whether transactions are executed while they wait, so that their models have answered before. Default true. */
  readonly preExecution?: boolean
  /** Wei that a sender is advised to offer for a unit of gas, above the base fee. Default 1 gwei. */
  readonly suggestedTip?: bigint
  /** Blocks behind the head that `safe` is; `finalized` is twice as many. Default 32. */
  readonly slotsPerEpoch?: number
  /** Whose code genesis holds beside the chain's own contracts. Default: the deployer that tools expect for CREATE2. */
  readonly predeploys?: 'create2' | 'none'
  /** Checks to leave out. Default: none. */
  readonly waivers?: readonly Waiver[]
  /** Bytes that a contract may have, instead of what the hardfork allows; its creation may have twice as many. */
  readonly codeSizeLimit?: bigint
  /** The most transactions in a block. Default 1,000. */
  readonly maxBlockTransactions?: number
  /** The most transactions that wait at a time. Default 65,536. */
  readonly poolCapacity?: number
  /** ONNX files to register in genesis; they survive a reset. */
  readonly models?: readonly Uint8Array[]
  /**
   * Folder to keep the chain in: blocks, receipts, states, inferences and models. A block is on disk before its sender
   * hears of it. A folder that holds a chain goes on with it. Default: the chain ends with the process.
   */
  readonly dataDir?: string
  /** Blobs of models. Default: in the data folder, or in memory. */
  readonly store?: ModelStore
  /**
   * What runs exact models: an engine of the precompile's by name, or one made elsewhere, which the node closes. It
   * decides how fast an answer comes, never what it is. Default `auto`: the fastest that is right on this machine.
   */
  readonly engine?: EngineName | 'auto' | Engine
  /**
   * Other machines that run exact models, behind the Open Inference Protocol v2. `engine` runs what they do not, and
   * decides where they are wrong. Default: none.
   */
  readonly remote?: RemoteOptions
  /** Default: one over the store and the engine. */
  readonly precompile?: InferencePrecompile
  /** Default: the system's time. */
  readonly wallClock?: WallClock
}
