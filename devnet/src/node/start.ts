import type { Common } from '@ethereumjs/common'
import type { ModelId } from '@lockstep/precompile'
import { parseEther, parseGwei } from 'viem'
import type { DevAccount } from './accounts.js'
import { Chain } from './chain.js'
import { createCommon } from './common.js'
import type { StateDatabase } from './database.js'
import { type Fork, type ForkOptions, openFork } from './fork/fork.js'
import { writeForkState } from './fork/forkGenesis.js'
import { createGenesis, type GenesisOptions, predeploys } from './genesis.js'
import type { Hex } from './node.js'
import type { NodeOptions } from './options.js'
import type { BlockSettings } from './settings.js'

/** A chain as it starts, before the first block of its own. */
export interface Start {
  readonly chain: Chain
  /** Rules of the next block. */
  readonly common: Common
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
  /** Seconds; of a chain that starts at genesis. */
  readonly genesisTimestamp: bigint
  readonly database: StateDatabase
}

const zeroAddress: Hex = `0x${'00'.repeat(20)}`
const defaultChainId = 31_337
const defaultGasLimit = 30_000_000n

/** Makes the first state and block of a chain that starts at genesis. */
export async function startAtGenesis(source: StartSource): Promise<Start> {
  const { options, database } = source
  const common = commonOf(options, defaultChainId)
  const genesis: GenesisOptions = {
    number: options.genesisNumber ?? 0n,
    timestamp: source.genesisTimestamp,
    gasLimit: options.gasLimit ?? defaultGasLimit,
    baseFee: options.baseFee ?? parseGwei('1'),
    coinbase: options.coinbase ?? zeroAddress,
    alloc: allocOf(source, common),
  }
  const chain = new Chain(await createGenesis(genesis, common, database))
  return { chain, common, genesis, settings: settingsOf(genesis) }
}

/**
 * Opens a fork, and puts this chain's own accounts into its state.
 * @throws ForkError, and what asking the remote throws.
 */
export async function startAtFork(source: StartSource, forkOptions: ForkOptions): Promise<Start> {
  const { options, database } = source
  const fork = await openFork(forkOptions)
  const { hash, block } = fork.base
  const { header } = block
  const common = commonOf(options, fork.chainId)
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
  return { chain, common, genesis, settings, fork }
}

function commonOf(options: NodeOptions, chainId: number): Common {
  return createCommon({
    chainId: options.chainId ?? chainId,
    hardfork: options.hardfork ?? 'prague',
  })
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
