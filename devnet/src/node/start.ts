import type { Common } from '@ethereumjs/common'
import type { InferencePrecompile, ModelId } from '@lockstep/precompile'
import { parseEther, parseGwei } from 'viem'
import type { DevAccount } from './accounts.js'
import { Chain } from './chain.js'
import { allAtGenesis, Rules } from './common.js'
import type { StateDatabase } from './database.js'
import { InferenceInactiveError } from './errors.js'
import { type Fork, type ForkOptions, openFork } from './fork/fork.js'
import { writeForkState } from './fork/forkGenesis.js'
import { createGenesis, type GenesisOptions, predeploys } from './genesis.js'
import type { LedgerBase } from './ledger.js'
import type { Hex } from './node.js'
import type { NodeOptions } from './options.js'
import { readOrigin } from './origin.js'
import type { BlockSettings } from './settings.js'

/** A chain as it starts, before the first block of its own. */
export interface Start {
  readonly chain: Chain
  readonly rules: Rules
  /** What answers contracts that call models; undefined where the chain knows no inference. */
  readonly inference: InferencePrecompile | undefined
  readonly genesis: GenesisOptions
  readonly settings: Readonly<BlockSettings>
  /** What it goes on from. */
  readonly fork?: Fork
}

/** What the starts of one node have in common. */
export interface StartSource {
  readonly options: NodeOptions
  readonly accounts: readonly DevAccount[]
  readonly models: readonly ModelId[]
  readonly inference: InferencePrecompile
  /** Seconds; of a chain that starts at genesis. */
  readonly genesisTimestamp: bigint
  readonly database: StateDatabase
}

const zeroAddress: Hex = `0x${'00'.repeat(20)}`
const defaultChainId = 31_337
const defaultGasLimit = 30_000_000n

/**
 * Makes the first state and block of a chain that starts at genesis.
 * @throws GenesisFileError, RuntimeMismatchError where the options hold a `genesis.json`.
 */
export async function startAtGenesis(source: StartSource): Promise<Start> {
  const { options, database, inference } = source
  if (options.genesis !== undefined) return startAtFile(source)
  const rules = rulesOf(options, defaultChainId)
  const genesis: GenesisOptions = {
    number: options.genesisNumber ?? 0n,
    timestamp: source.genesisTimestamp,
    gasLimit: options.gasLimit ?? defaultGasLimit,
    baseFee: options.baseFee ?? parseGwei('1'),
    coinbase: options.coinbase ?? zeroAddress,
    alloc: allocOf(source, newestOf(rules)),
  }
  const chain = new Chain(await createGenesis(genesis, rules, database))
  return { chain, rules, inference, genesis, settings: settingsOf(genesis) }
}

async function startAtFile(source: StartSource): Promise<Start> {
  const { rules, genesis, isLockstep } = readOrigin(source.options, source.inference)
  if (!isLockstep && source.models.length > 0) throw new InferenceInactiveError()
  const inference = isLockstep ? source.inference : undefined
  const chain = new Chain(await createGenesis(genesis, rules, source.database))
  return { chain, rules, inference, genesis, settings: settingsOf(genesis) }
}

/**
 * Opens a fork, and puts this chain's own accounts into its state.
 * @throws ForkError, and what asking the remote throws.
 */
export async function startAtFork(source: StartSource, forkOptions: ForkOptions): Promise<Start> {
  const { options, database, inference } = source
  const fork = await openFork(forkOptions)
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
  const root = await writeForkState(fork, genesis.alloc, common, database)
  const chain = new Chain(
    { hash, block, transactions: [], inferences: [] },
    { root, ancestor: (number) => fork.blockHash(number) },
  )
  const settings = { ...settingsOf(genesis), baseFee: options.baseFee }
  return { chain, rules, inference, genesis, settings, fork }
}

/** What the ledger stands on. */
export function baseOf({ chain, fork, inference }: Start): LedgerBase {
  return { chain, inference, ...(fork && { remote: fork.state }) }
}

function rulesOf(options: NodeOptions, chainId: number): Rules {
  const hardfork = options.hardfork ?? 'prague'
  return new Rules(allAtGenesis({ chainId: options.chainId ?? chainId, hardfork }))
}

/** The rules of a chain whose forks have all come. */
function newestOf(rules: Rules): Common {
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
    ...predeploys(common, models),
    ...Object.fromEntries(accounts.map(({ address }) => [address, { balance }])),
    ...options.alloc,
  }
}
