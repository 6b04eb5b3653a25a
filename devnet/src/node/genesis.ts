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
import type { Rules } from './common.js'
import type { OverlayDatabase } from './database.js'
import type { Hex, SealedBlock } from './node.js'
import type { NodeOptions } from './options.js'
import { OwnState } from './ownState.js'
import { inferenceAddress, registrationSlot, registryAddress } from './registry.js'
import { registryBytecode } from './registryBytecode.js'
import { scheduleJson } from './scheduleJson.js'
import { toWord } from './state.js'
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
  /** Fields of the header that chains from elsewhere may set. */
  readonly header?: GenesisHeader
}

export interface GenesisHeader {
  readonly parentHash?: Hex
  readonly nonce?: Hex
  readonly extraData?: Hex
  readonly difficulty?: bigint
  readonly mixHash?: Hex
  readonly gasUsed?: bigint
  readonly blobGasUsed?: bigint
  readonly excessBlobGas?: bigint
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
  others: NonNullable<NodeOptions['predeploys']>,
): Record<Hex, GenesisAccount> {
  const system = systemContracts(common).map(({ address, code }) => [address, { nonce: 1n, code }])
  const storage = Object.fromEntries(
    models.map((id) => [registrationSlot(id), '0x01' as Hex] as const),
  )
  return {
    ...(others === 'create2' && create2Deployer),
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
  rules: Rules,
  database: OverlayDatabase,
): Promise<SealedBlock> {
  const common = genesisRules(options, rules)
  const header = createBlockHeader(
    {
      ...options.header,
      number: options.number,
      timestamp: options.timestamp,
      gasLimit: options.gasLimit,
      ...(common.isActivatedEIP(1559) && { baseFeePerGas: options.baseFee }),
      coinbase: options.coinbase,
      stateRoot: await writeState(options.alloc, database),
      ...(common.isActivatedEIP(4895) && { withdrawalsRoot: KECCAK256_RLP }),
      ...(common.isActivatedEIP(7685) && { requestsHash: sha256(new Uint8Array(), 'bytes') }),
    },
    // Nobody mined or proposed the first block.
    { common, skipConsensusFormatValidation: true },
  )
  const withdrawals = common.isActivatedEIP(4895) ? [] : undefined
  return sealedWithoutTransactions(new Block(header, [], [], withdrawals, { common }))
}

/** The rules that the first block follows. */
export function genesisRules(options: GenesisOptions, rules: Rules): Common {
  const { number, timestamp, header } = options
  const { terminalTotalDifficulty } = rules.schedule
  const isMerged =
    terminalTotalDifficulty === undefined || (header?.difficulty ?? 0n) >= terminalTotalDifficulty
  return rules.at({ number, timestamp, isMerged })
}

async function writeState(
  alloc: GenesisOptions['alloc'],
  database: OverlayDatabase,
): Promise<Uint8Array> {
  const state = new OwnState(database, KECCAK256_RLP)
  for (const [key, entry] of Object.entries(alloc)) {
    const address = createAddressFromString(key)
    await state.putAccount(address, new Account(entry.nonce ?? 0n, entry.balance ?? 0n))
    if (entry.code) await state.putCode(address, hexToBytes(entry.code))
    for (const [slot, value] of Object.entries(entry.storage ?? {})) {
      await state.putStorage(address, toWord(slot as Hex), toWord(value))
    }
  }
  return state.getStateRoot()
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

/**
 * The genesis as `genesis.json` of other clients.
 * @param lockstep this chain's own configuration; undefined on a chain without inference.
 */
export function genesisJson(
  options: GenesisOptions,
  rules: Rules,
  lockstep: LockstepConfig | undefined,
): Record<string, unknown> {
  const { header = {} } = options
  const zeroHash = `0x${'00'.repeat(32)}`
  const { blobGasUsed, excessBlobGas } = header
  return {
    config: { ...scheduleJson(rules), ...(lockstep && { lockstep }) },
    nonce: header.nonce ?? '0x0',
    timestamp: bigIntToHex(options.timestamp),
    extraData: header.extraData ?? '0x',
    gasLimit: bigIntToHex(options.gasLimit),
    difficulty: bigIntToHex(header.difficulty ?? 0n),
    mixHash: header.mixHash ?? zeroHash,
    coinbase: options.coinbase,
    number: bigIntToHex(options.number),
    ...(header.gasUsed !== undefined && { gasUsed: bigIntToHex(header.gasUsed) }),
    ...(header.parentHash && { parentHash: header.parentHash }),
    ...(genesisRules(options, rules).isActivatedEIP(1559) && {
      baseFeePerGas: bigIntToHex(options.baseFee),
    }),
    ...(blobGasUsed !== undefined && { blobGasUsed: bigIntToHex(blobGasUsed) }),
    ...(excessBlobGas !== undefined && { excessBlobGas: bigIntToHex(excessBlobGas) }),
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
