import { Block, createBlockHeader } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import {
  Account,
  bigIntToHex,
  createAddressFromString,
  hexToBytes,
  KECCAK256_RLP,
} from '@ethereumjs/util'
import type { ModelId, RuntimeId } from '@lockstep/precompile'
import { sha256 } from 'viem'
import { sealedWithoutTransactions } from './chain.js'
import { depositContract, type Hardfork, hardforks } from './common.js'
import { OverlayDatabase, type StateDatabase } from './database.js'
import type { Hex, SealedBlock } from './node.js'
import { inferenceAddress, registrationSlot, registryAddress } from './registry.js'
import { registryBytecode } from './registryBytecode.js'
import { openOwnState, toWord } from './state.js'
import { systemContracts } from './systemContracts.js'

export interface GenesisAccount {
  readonly balance?: bigint
  readonly nonce?: bigint
  readonly code?: Hex
  readonly storage?: Readonly<Record<Hex, Hex>>
}

export interface GenesisOptions {
  readonly number: bigint
  readonly timestamp: bigint
  readonly gasLimit: bigint
  readonly baseFee: bigint
  readonly coinbase: Hex
  readonly alloc: Readonly<Record<Hex, GenesisAccount>>
}

/** Deploys contracts at addresses that depend on their code alone; tools expect it on every chain. */
const create2Deployer: Record<Hex, GenesisAccount> = {
  '0x4e59b44847b379578588920ca78fbf26c0b4956c': {
    nonce: 1n,
    code: '0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3',
  },
}

/** Accounts that every chain of this node starts with, beside the funded ones. */
export function predeploys(
  common: Common,
  models: readonly ModelId[],
): Record<Hex, GenesisAccount> {
  const system = systemContracts(common).map(({ address, code }) => [address, { nonce: 1n, code }])
  const storage = Object.fromEntries(
    models.map((id) => [registrationSlot(id), '0x01' as Hex] as const),
  )
  return {
    ...create2Deployer,
    ...Object.fromEntries(system),
    // Compilers and tools ask for the size of an account's code before they call it.
    [inferenceAddress]: { nonce: 1n, code: '0xfe' },
    [registryAddress]: { nonce: 1n, code: registryBytecode, storage },
  }
}

/**
 * Writes the genesis state and makes the block above it.
 * @returns a block that is a function of the options alone.
 */
export async function createGenesis(
  options: GenesisOptions,
  common: Common,
  database: StateDatabase,
): Promise<SealedBlock> {
  const header = createBlockHeader(
    {
      number: options.number,
      timestamp: options.timestamp,
      gasLimit: options.gasLimit,
      baseFeePerGas: options.baseFee,
      coinbase: options.coinbase,
      stateRoot: await writeState(options.alloc, common, database),
      ...(common.isActivatedEIP(4895) && { withdrawalsRoot: KECCAK256_RLP }),
      ...(common.isActivatedEIP(7685) && { requestsHash: sha256(new Uint8Array(), 'bytes') }),
    },
    { common },
  )
  const withdrawals = common.isActivatedEIP(4895) ? [] : undefined
  return sealedWithoutTransactions(new Block(header, [], [], withdrawals, { common }))
}

async function writeState(
  alloc: GenesisOptions['alloc'],
  common: Common,
  database: StateDatabase,
): Promise<Uint8Array> {
  const overlay = new OverlayDatabase(database)
  const state = openOwnState(overlay, KECCAK256_RLP, common)
  for (const [key, entry] of Object.entries(alloc)) {
    const address = createAddressFromString(key)
    await state.putAccount(address, new Account(entry.nonce ?? 0n, entry.balance ?? 0n))
    if (entry.code) await state.putCode(address, hexToBytes(entry.code))
    for (const [slot, value] of Object.entries(entry.storage ?? {})) {
      await state.putStorage(address, toWord(slot as Hex), toWord(value))
    }
  }
  const root = await state.getStateRoot()
  await overlay.commit()
  return root
}

/** What decides the answers of the inference precompile on a chain, beside its rules. */
export interface LockstepConfig {
  /** Version of the gas schedule. */
  readonly schedule: string
  /** Version of the rules that admit models and count their work. */
  readonly validator: string
  /** What runs models of the class `pinned`. */
  readonly pinnedRuntime: RuntimeId
}

/** The genesis as `genesis.json` of other clients, with this chain's own configuration under `config.lockstep`. */
export function genesisJson(
  options: GenesisOptions,
  common: Common,
  lockstep: LockstepConfig,
): Record<string, unknown> {
  return {
    config: { ...forkSchedule(common), lockstep },
    nonce: '0x0',
    timestamp: bigIntToHex(options.timestamp),
    extraData: '0x',
    gasLimit: bigIntToHex(options.gasLimit),
    difficulty: '0x0',
    mixHash: `0x${'00'.repeat(32)}`,
    coinbase: options.coinbase,
    number: bigIntToHex(options.number),
    baseFeePerGas: bigIntToHex(options.baseFee),
    alloc: Object.fromEntries(
      Object.entries(options.alloc).map(([address, entry]) => [address, allocJson(entry)]),
    ),
  }
}

function allocJson(entry: GenesisAccount): Record<string, unknown> {
  return {
    balance: bigIntToHex(entry.balance ?? 0n),
    ...(entry.nonce !== undefined && { nonce: bigIntToHex(entry.nonce) }),
    ...(entry.code && { code: entry.code }),
    ...(entry.storage && { storage: entry.storage }),
  }
}

/** Forks that every chain of this node has behind it, under the names of geth's configuration. */
const pastForks = [
  'homesteadBlock',
  'eip150Block',
  'eip155Block',
  'eip158Block',
  'byzantiumBlock',
  'constantinopleBlock',
  'petersburgBlock',
  'istanbulBlock',
  'muirGlacierBlock',
  'berlinBlock',
]

function forkSchedule(common: Common): Record<string, unknown> {
  const active = hardforks.filter((hardfork) => common.gteHardfork(hardfork))
  const timed = hardforks.indexOf('shanghai')
  const key = (hardfork: Hardfork) =>
    hardforks.indexOf(hardfork) < timed ? `${hardfork}Block` : `${hardfork}Time`
  const merged = common.gteHardfork('paris')
  const blobForks = active.filter((name) => hardforks.indexOf(name) >= hardforks.indexOf('cancun'))
  return {
    chainId: Number(common.chainId()),
    ...Object.fromEntries(pastForks.map((name) => [name, 0])),
    ...Object.fromEntries(active.filter((name) => name !== 'paris').map((name) => [key(name), 0])),
    ...(merged && { terminalTotalDifficulty: 0, terminalTotalDifficultyPassed: true }),
    ...(common.isActivatedEIP(6110) && { depositContractAddress: depositContract }),
    ...(blobForks.length > 0 && {
      blobSchedule: Object.fromEntries(blobForks.map((name) => [name, blobSchedule(common, name)])),
    }),
  }
}

function blobSchedule(common: Common, hardfork: Hardfork): Record<string, number> {
  const rules = common.copy()
  rules.setHardfork(hardfork)
  const schedule = rules.getBlobGasSchedule()
  const gasPerBlob = rules.param('blobGasPerBlob')
  return {
    target: Number(schedule.targetBlobGasPerBlock / gasPerBlob),
    max: Number(schedule.maxBlobGasPerBlock / gasPerBlob),
    baseFeeUpdateFraction: Number(schedule.blobGasPriceUpdateFraction),
  }
}
