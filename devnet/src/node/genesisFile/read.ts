import { excerpt, isGiven } from '../fields.js'
import type { GenesisAccount, GenesisHeader, GenesisOptions, LockstepConfig } from '../genesis.js'
import type { ForkSchedule } from '../hardforks.js'
import type { Hex } from '../node.js'
import { bytes, GenesisFileError, integer, object, quantity, word } from './fields.js'
import { readSchedule } from './schedule.js'

/** What a `genesis.json` says. */
export interface GenesisFile {
  /** Undefined where the file schedules no hardfork at all. */
  readonly schedule: ForkSchedule | undefined
  readonly chainId: number
  readonly options: GenesisOptions
  /** Undefined where the chain knows no inference. */
  readonly lockstep: LockstepConfig | undefined
}

const zeroAddress = `0x${'00'.repeat(20)}`
const zeroHash = `0x${'00'.repeat(32)}`

/**
 * Reads the genesis of a chain, as geth and other clients write it.
 * @param value the parsed file.
 * @throws GenesisFileError
 */
export function readGenesis(value: unknown): GenesisFile {
  const fields = object('the file', value)
  const config = object('config', fields.config)
  const options: GenesisOptions = {
    number: quantity('number', fields.number ?? 0),
    timestamp: quantity('timestamp', fields.timestamp ?? 0),
    gasLimit: quantity('gasLimit', fields.gasLimit),
    baseFee: quantity('baseFeePerGas', fields.baseFeePerGas ?? 1_000_000_000),
    coinbase: bytes('coinbase', fields.coinbase ?? zeroAddress, 20),
    header: readHeader(fields),
    alloc: readAlloc(fields.alloc),
  }
  const { chainId, schedule } = readSchedule(config, options.header?.difficulty ?? 0n)
  const lockstep = isGiven(config.lockstep) ? readLockstep(config.lockstep) : undefined
  return { schedule, chainId, options, lockstep }
}

function readHeader(fields: Readonly<Record<string, unknown>>): GenesisHeader {
  const nonce = integer('nonce', fields.nonce ?? 0, 64).toString(16)
  const { parentHash, gasUsed, blobGasUsed, excessBlobGas } = fields
  return {
    difficulty: integer('difficulty', fields.difficulty ?? 0, 256),
    extraData: bytes('extraData', fields.extraData ?? '0x'),
    mixHash: bytes('mixHash', fields.mixHash ?? fields.mixhash ?? zeroHash, 32),
    nonce: `0x${nonce.padStart(16, '0')}`,
    ...(isGiven(parentHash) && { parentHash: bytes('parentHash', parentHash, 32) }),
    ...(isGiven(gasUsed) && { gasUsed: quantity('gasUsed', gasUsed) }),
    ...(isGiven(blobGasUsed) && { blobGasUsed: quantity('blobGasUsed', blobGasUsed) }),
    ...(isGiven(excessBlobGas) && { excessBlobGas: quantity('excessBlobGas', excessBlobGas) }),
  }
}

function readAlloc(value: unknown): Record<Hex, GenesisAccount> {
  const alloc: Record<Hex, GenesisAccount> = {}
  for (const [key, entry] of Object.entries(object('alloc', value))) {
    const path = `alloc[${excerpt(key)}]`
    const address = bytes(path, key, 20)
    if (alloc[address]) throw new GenesisFileError(path, 'listed once', key)
    alloc[address] = readAccount(path, entry)
  }
  return alloc
}

function readAccount(path: string, value: unknown): GenesisAccount {
  const { balance, nonce, code, storage } = object(path, value)
  return {
    balance: integer(`${path}.balance`, balance ?? 0, 256),
    ...(isGiven(nonce) && { nonce: quantity(`${path}.nonce`, nonce) }),
    ...(isGiven(code) && { code: bytes(`${path}.code`, code) }),
    ...(isGiven(storage) && { storage: readStorage(`${path}.storage`, storage) }),
  }
}

function readStorage(path: string, value: unknown): Record<Hex, Hex> {
  return Object.fromEntries(
    Object.entries(object(path, value)).map(([slot, content]) => [
      word(`a slot of ${path}`, slot),
      word(`${path}[${excerpt(slot)}]`, content),
    ]),
  )
}

function readLockstep(value: unknown): LockstepConfig {
  const config = object('config.lockstep', value)
  const runtime = object('config.lockstep.pinnedRuntime', config.pinnedRuntime)
  for (const name of ['schedule', 'validator'] as const) {
    const version = config[name]
    if (typeof version !== 'string') {
      throw new GenesisFileError(`config.lockstep.${name}`, 'a version', version)
    }
  }
  return { ...(config as unknown as LockstepConfig), pinnedRuntime: runtime as never }
}
