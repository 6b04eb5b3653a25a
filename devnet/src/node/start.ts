import type { Common } from '@ethereumjs/common'
import { hexToBytes } from '@ethereumjs/util'
import type { InferencePrecompile, ModelId } from '@lockstep/precompile'
import { parseEther, parseGwei } from 'viem'
import type { DevAccount } from './accounts.js'
import type { Chain, ChainSource } from './chain.js'
import type { Clock, ClockState } from './clock.js'
import { allAtGenesis, Rules } from './common.js'
import { emptyDatabase, OverlayDatabase } from './database.js'
import { InferenceInactiveError } from './errors.js'
import { type Fork, type ForkOptions, openFork } from './fork/fork.js'
import { writeForkState } from './fork/forkGenesis.js'
import { readRemoteBlock } from './fork/header.js'
import { MissingForkedStateError, type RecordedFork, RecordedState } from './fork/recordedState.js'
import type { ForkedState } from './fork/remoteState.js'
import { createGenesis, type GenesisOptions, genesisJson, predeploys } from './genesis.js'
import type { LedgerBase } from './ledger.js'
import type { Hex } from './node.js'
import { openChain } from './openChain.js'
import type { NodeOptions } from './options.js'
import { lockstepConfig, type Origin, readOrigin } from './origin.js'
import type { BlockSettings } from './settings.js'
import { ancestorsOf, type StartingState, startingBlock, startJson } from './startingState.js'
import type { RulesOf } from './storage/blockRow.js'
import type { DataDir } from './storage/dataDir.js'
import { storedForkNumber, storedTimestamp } from './storage/identity.js'
import type { Position } from './storage/position.js'
import type { Store } from './storage/store.js'

/** A chain as it starts, before the first block of its own. */
export interface Start {
  readonly chain: Chain
  /** What its state stands on where it is a fork. */
  readonly remote?: ForkedState
  readonly rules: Rules
  /** What answers contracts that call models; undefined where the chain knows no inference. */
  readonly inference: InferencePrecompile | undefined
  readonly genesis: GenesisOptions
  /** What its first blocks are made with; a reset brings it back. */
  readonly settings: Readonly<BlockSettings>
  /** Where it stands: at its first block, unless it was stored. */
  readonly position: Position
  /** What it goes on from. */
  readonly fork?: Fork
  /** From what its chain was made, and is again once another was loaded in its place. */
  readonly source: ChainSource
}

/** What a chain needs of the one that it forks. */
interface ForkBase extends Pick<Fork, 'base' | 'chainId' | 'blockHash'> {
  readonly state: ForkedState
}

/** What the starts of one node have in common. */
export interface StartSource {
  readonly options: NodeOptions
  readonly accounts: readonly DevAccount[]
  readonly models: readonly ModelId[]
  readonly inference: InferencePrecompile
  readonly clock: Clock
  readonly store: Store
  /** The store, where it outlives the node. */
  readonly folder: DataDir | undefined
}

/** Stands for the node of a forked chain in messages, where none is asked. */
const recordedHost = { host: 'the record' }
const zeroAddress: Hex = `0x${'00'.repeat(20)}`
const defaultChainId = 31_337
const defaultGasLimit = 30_000_000n

/**
 * Makes the first state and block of a chain that starts at genesis, and goes on with the rest of it where a data
 * folder holds that.
 * @throws GenesisFileError, RuntimeMismatchError where the options hold a `genesis.json`; DataDirMismatchError,
 * CorruptStoreError, StorageError.
 */
export async function startAtGenesis(source: StartSource): Promise<Start> {
  const { options, clock, inference, models, folder } = source
  if (options.genesis !== undefined) {
    const origin = readOrigin(options, inference)
    if (!origin.isLockstep && models.length > 0) throw new InferenceInactiveError()
    const { startingState, recordedFork } = options
    if (recordedFork) return startAtRecordedFork(source, origin, recordedFork)
    if (startingState) return startInTheMiddle(source, origin, startingState)
    return startAt(source, origin, clock.at(origin.genesis.timestamp))
  }
  const rules = rulesOf(options, defaultChainId)
  const genesis: GenesisOptions = {
    number: options.genesisNumber ?? 0n,
    timestamp: options.genesisTimestamp ?? (folder && storedTimestamp(folder)) ?? clock.now(),
    gasLimit: options.gasLimit ?? defaultGasLimit,
    baseFee: options.baseFee ?? parseGwei('1'),
    coinbase: options.coinbase ?? zeroAddress,
    alloc: allocOf(source, newestOf(rules)),
  }
  const hasOwnTime = options.genesisTimestamp !== undefined
  const time = hasOwnTime ? clock.at(genesis.timestamp) : clock.after(genesis.timestamp)
  return startAt(source, { rules, genesis, isLockstep: true }, time)
}

async function startAt(source: StartSource, origin: Origin, time: ClockState): Promise<Start> {
  const { rules, genesis, isLockstep } = origin
  const { store, folder } = source
  const inference = isLockstep ? source.inference : undefined
  const database = new OverlayDatabase(emptyDatabase)
  const block = await createGenesis(genesis, rules, database)
  const chainSource: ChainSource = { store, rulesOf: rulesByName(rules), genesis: block }
  const { chain, position } = await openChain(folder, {
    source: chainSource,
    state: database.rows(),
    genesisJson: genesisJson(genesis, rules, inference && lockstepConfig(inference)),
    position: firstPosition(genesis, rules, time),
  })
  const settings = settingsOf(genesis)
  return { chain, rules, inference, genesis, settings, position, source: chainSource }
}

/** Goes on from a block of a chain of which no more than a part of a state is here. */
async function startInTheMiddle(
  source: StartSource,
  { rules, genesis, isLockstep }: Origin,
  state: StartingState,
): Promise<Start> {
  const { store, folder, clock } = source
  const inference = isLockstep ? source.inference : undefined
  const block = startingBlock(state, rules)
  const { number, timestamp } = block.block.header
  const chainSource: ChainSource = {
    store,
    rulesOf: rulesByName(rules),
    genesis: block,
    root: state.stateRoot,
    ancestor: ancestorsOf(state),
  }
  const { chain, position } = await openChain(folder, {
    source: chainSource,
    state: state.rows,
    genesisJson: {
      start: startJson(state),
      ...genesisJson(genesis, rules, inference && lockstepConfig(inference)),
    },
    position: { ...firstPosition(genesis, rules, clock.at(timestamp)), height: number },
  })
  const settings = settingsOf(genesis)
  return { chain, rules, inference, genesis, settings, position, source: chainSource }
}

/**
 * Opens a fork, and puts this chain's own accounts into its state.
 * @throws ForkError, and what asking the remote throws.
 */
export async function startAtFork(source: StartSource, forkOptions: ForkOptions): Promise<Start> {
  const { options, folder } = source
  const fork = await openFork({ ...forkOptions, ...storedBase(folder, forkOptions) })
  const { hash, block } = fork.base
  const { header } = block
  const rules = rulesOf(options, fork.chainId)
  const common = newestOf(rules)
  const genesis: GenesisOptions = {
    number: header.number,
    timestamp: header.timestamp,
    gasLimit: options.gasLimit ?? header.gasLimit,
    baseFee: header.baseFeePerGas ?? 0n,
    coinbase: options.coinbase ?? zeroAddress,
    alloc: allocOf(source, common),
  }
  const start = await startOnFork(source, { rules, genesis, isLockstep: true }, fork)
  // What was asked for is asked for the first block alone.
  const isFirst = start.chain.head.hash === hash
  const settings = { ...start.settings, baseFee: isFirst ? options.baseFee : undefined }
  return { ...start, settings, fork }
}

/** Goes on from a block of another chain of which no more is here than was recorded. */
function startAtRecordedFork(
  source: StartSource,
  origin: Origin,
  { base, accounts, hashes }: RecordedFork,
): Promise<Start> {
  const { chainId } = origin.rules.schedule
  return startOnFork(source, origin, {
    chainId,
    base: readRemoteBlock(recordedHost, base, chainId),
    state: new RecordedState(accounts),
    blockHash: async (number) => {
      const hash = hashes.get(number)
      if (!hash) throw new MissingForkedStateError(`the hash of block ${number}`)
      return hexToBytes(hash)
    },
  })
}

/** Puts this chain's own accounts over the state of another one, and starts above its block. */
async function startOnFork(
  { store, folder, clock, ...source }: StartSource,
  { rules, genesis, isLockstep }: Origin,
  fork: ForkBase,
): Promise<Start> {
  const inference = isLockstep ? source.inference : undefined
  const { hash, block } = fork.base
  const database = new OverlayDatabase(emptyDatabase)
  const root = await writeForkState(fork, genesis.alloc, newestOf(rules), database)
  const chainSource: ChainSource = {
    store,
    rulesOf: rulesByName(rules),
    genesis: { hash, block, transactions: [], inferences: [] },
    root,
    ancestor: (number) => fork.blockHash(number),
  }
  const { chain, position } = await openChain(folder, {
    source: chainSource,
    state: database.rows(),
    genesisJson: {
      // First, so that another chain is told by what makes it another.
      fork: { chainId: fork.chainId, blockHash: hash },
      ...genesisJson(genesis, rules, inference && lockstepConfig(inference)),
    },
    position: firstPosition(genesis, rules, clock.at(genesis.timestamp)),
  })
  const settings = settingsOf(genesis)
  const remote = fork.state
  return { chain, rules, inference, genesis, settings, position, remote, source: chainSource }
}

/** The block that a stored fork goes on from, where none is named: the remote's latest is another one by now. */
function storedBase(
  folder: DataDir | undefined,
  { blockNumber, transactionHash }: ForkOptions,
): Partial<ForkOptions> {
  if (!folder || blockNumber !== undefined || transactionHash !== undefined) return {}
  const number = storedForkNumber(folder)
  return number === undefined ? {} : { blockNumber: number }
}

/** Where a chain stands that starts at its genesis. */
export function firstPosition(genesis: GenesisOptions, rules: Rules, clock: ClockState): Position {
  const { number: height, gasLimit, coinbase } = genesis
  return { height, chainId: rules.schedule.chainId, gasLimit, coinbase, clock }
}

/** The chain's rules by chain id, which may change on the way, and hardfork. */
function rulesByName(rules: Rules): RulesOf {
  const byChainId = new Map([[rules.schedule.chainId, rules]])
  return (chainId, hardfork) => {
    const own = byChainId.get(chainId) ?? new Rules({ ...rules.schedule, chainId })
    byChainId.set(chainId, own)
    return own.named(hardfork)
  }
}

/** What the ledger stands on. */
export function baseOf({ chain, remote, inference }: Start): LedgerBase {
  return { chain, inference, ...(remote && { remote }) }
}

function rulesOf(options: NodeOptions, chainId: number): Rules {
  const hardfork = options.hardfork ?? 'prague'
  const { codeSizeLimit } = options
  return new Rules({
    ...allAtGenesis({ chainId: options.chainId ?? chainId, hardfork }),
    ...(codeSizeLimit !== undefined && { codeSizeLimit }),
  })
}

/** The rules of a chain whose forks have all come. */
export function newestOf(rules: Rules): Common {
  return rules.at({ number: 0n, timestamp: 0n, isMerged: true })
}

function settingsOf({ gasLimit, coinbase }: GenesisOptions): BlockSettings {
  return { gasLimit, coinbase, baseFee: undefined, prevRandao: undefined }
}

function allocOf(
  { options, accounts, models }: StartSource,
  common: Common,
): GenesisOptions['alloc'] {
  const balance = options.balance ?? parseEther('10000')
  return {
    ...predeploys(common, models, options.predeploys ?? 'create2'),
    ...Object.fromEntries(accounts.map(({ address }) => [address, { balance }])),
    ...options.alloc,
  }
}
