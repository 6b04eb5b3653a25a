import { excerpt, fieldReaders, isGiven } from '../fields.js'
import type { GenesisAccount } from '../genesis.js'
import type { Hex } from '../node.js'
import { StateFileError } from './errors.js'

const { object, list, integer, quantity, bytes, word } = fieldReaders(
  (place, expected, value) => new StateFileError(place, expected, value),
)

export type ReadAccounts = ReadonlyMap<Hex, Required<GenesisAccount>>

/** What the head was made with. */
export interface ReadEnvironment {
  readonly number: bigint
  readonly beneficiary: Hex
  readonly timestamp: bigint
  readonly gasLimit: bigint
  readonly baseFee: bigint
  readonly prevRandao: Hex
}

export interface ReadInfo {
  readonly place: string
  readonly hash: Hex
  readonly from: Hex
  readonly contractAddress: Hex | null
  readonly returnData: Hex
  readonly gasUsed: bigint
  readonly status: 0 | 1
  readonly cumulativeGasUsed: bigint
  readonly logs: readonly { address: Hex; topics: readonly Hex[]; data: Hex }[]
  readonly logsBloom: Hex
}

/** A state file whose every value has its form. Blocks are read by `readBlocks`. */
export interface ReadState {
  readonly environment: ReadEnvironment | undefined
  readonly bestNumber: bigint | undefined
  readonly accounts: ReadAccounts
  readonly blocks: readonly unknown[]
  /** What transactions did, by where they are. */
  readonly transactions: ReadonlyMap<string, ReadInfo>
  /** States after older blocks, by the hash of the block. */
  readonly history: ReadonlyMap<Hex, ReadAccounts>
  readonly models: readonly Hex[]
  readonly inferences: ReadonlyMap<Hex, readonly unknown[]>
}

/** So far blocks and seconds may count: what comes after is still a number that every program reads. */
const countBits = 52
const zeroHash: Hex = `0x${'00'.repeat(32)}`
const zeroAddress: Hex = `0x${'00'.repeat(20)}`
const emptyBloom: Hex = `0x${'00'.repeat(256)}`

/**
 * Reads a chain that Anvil or lockstep wrote.
 * @param value the parsed file.
 * @throws StateFileError
 */
export function readState(value: unknown): ReadState {
  const file = object('the file', value)
  const lockstep = isGiven(file.lockstep) ? object('lockstep', file.lockstep) : {}
  return {
    environment: isGiven(file.block) ? readEnvironment(file.block) : undefined,
    bestNumber: isGiven(file.best_block_number)
      ? integer('best_block_number', file.best_block_number, countBits)
      : undefined,
    accounts: readAccounts('accounts', file.accounts),
    blocks: list('blocks', file.blocks ?? []),
    transactions: new Map(
      list('transactions', file.transactions ?? []).map((entry, index) =>
        readTransaction(`transactions[${index}]`, entry),
      ),
    ),
    history: new Map(
      list('historical_states', file.historical_states ?? []).map((entry, index) =>
        readHistory(`historical_states[${index}]`, entry),
      ),
    ),
    models: list('lockstep.models', lockstep.models ?? []).map((id, index) =>
      bytes(`lockstep.models[${index}]`, id, 32),
    ),
    inferences: readInferences(lockstep.inferences ?? {}),
  }
}

function readEnvironment(value: unknown): ReadEnvironment {
  const fields = object('block', value)
  return {
    number: integer('block.number', fields.number, countBits),
    // Older versions of Anvil name it as the opcode does.
    beneficiary: bytes(
      'block.beneficiary',
      fields.beneficiary ?? fields.coinbase ?? zeroAddress,
      20,
    ),
    timestamp: integer('block.timestamp', fields.timestamp, countBits),
    gasLimit: quantity('block.gas_limit', fields.gas_limit),
    baseFee: integer('block.basefee', fields.basefee ?? 0, 256),
    prevRandao: bytes('block.prevrandao', fields.prevrandao ?? zeroHash, 32),
  }
}

function readAccounts(place: string, value: unknown): ReadAccounts {
  const accounts = new Map<Hex, Required<GenesisAccount>>()
  for (const [key, entry] of Object.entries(object(place, value))) {
    const at = `${place}[${excerpt(key)}]`
    const { balance, nonce, code, storage } = object(at, entry)
    accounts.set(bytes(at, key, 20), {
      balance: integer(`${at}.balance`, balance ?? 0, 256),
      nonce: quantity(`${at}.nonce`, nonce ?? 0),
      code: bytes(`${at}.code`, code ?? '0x'),
      storage: readStorage(`${at}.storage`, storage ?? {}),
    })
  }
  return accounts
}

function readStorage(place: string, value: unknown): Record<Hex, Hex> {
  return Object.fromEntries(
    Object.entries(object(place, value)).map(([slot, content]) => [
      word(`a slot of ${place}`, slot),
      word(`${place}[${excerpt(slot)}]`, content),
    ]),
  )
}

/** Names a transaction by its block and its position there. */
export function positionKey(block: Hex, index: number): string {
  return `${block}/${index}`
}

function readTransaction(place: string, value: unknown): [string, ReadInfo] {
  const fields = object(place, value)
  const info = object(`${place}.info`, fields.info)
  const receipt = object(`${place}.receipt`, fields.receipt)
  const { contract_address: contract, out } = info
  const block = bytes(`${place}.block_hash`, fields.block_hash, 32)
  const index = integer(`${place}.info.transaction_index`, info.transaction_index, 32)
  return [
    positionKey(block, Number(index)),
    {
      place,
      hash: bytes(`${place}.info.transaction_hash`, info.transaction_hash, 32),
      from: bytes(`${place}.info.from`, info.from, 20),
      contractAddress: isGiven(contract)
        ? bytes(`${place}.info.contract_address`, contract, 20)
        : null,
      returnData: bytes(`${place}.info.out`, out ?? '0x'),
      gasUsed: quantity(`${place}.info.gas_used`, info.gas_used),
      status: integer(`${place}.receipt.status`, receipt.status, 1) === 1n ? 1 : 0,
      cumulativeGasUsed: quantity(`${place}.receipt.cumulativeGasUsed`, receipt.cumulativeGasUsed),
      logs: readLogs(`${place}.receipt.logs`, receipt.logs),
      logsBloom: bytes(`${place}.receipt.logsBloom`, receipt.logsBloom ?? emptyBloom, 256),
    },
  ]
}

function readLogs(place: string, value: unknown): ReadInfo['logs'] {
  return list(place, value).map((entry, index) => {
    const at = `${place}[${index}]`
    const { address, topics, data } = object(at, entry)
    return {
      address: bytes(`${at}.address`, address, 20),
      topics: list(`${at}.topics`, topics).map((topic) => bytes(`${at}.topics`, topic, 32)),
      data: bytes(`${at}.data`, data),
    }
  })
}

function readHistory(place: string, value: unknown): [Hex, ReadAccounts] {
  const [hash, state] = list(place, value)
  const { accounts, storage } = object(`${place}[1]`, state)
  const slots = object(`${place}[1].storage`, storage ?? {})
  const entries = Object.entries(object(`${place}[1].accounts`, accounts))
  const whole = entries.map(([address, entry]) => {
    const at = `${place}[1].accounts[${excerpt(address)}]`
    const { code, ...rest } = object(at, entry)
    return [address, { ...rest, code: readBytecode(`${at}.code`, code), storage: slots[address] }]
  })
  return [
    bytes(`${place}[0]`, hash, 32),
    readAccounts(`${place}[1].accounts`, Object.fromEntries(whole)),
  ]
}

/** Code in the words of Anvil's EVM. */
function readBytecode(place: string, value: unknown): Hex {
  if (!isGiven(value)) return '0x'
  const { LegacyAnalyzed, LegacyRaw, Eip7702 } = object(place, value)
  if (isGiven(LegacyRaw)) return bytes(`${place}.LegacyRaw`, LegacyRaw)
  if (isGiven(Eip7702)) {
    const { delegated_address: target } = object(`${place}.Eip7702`, Eip7702)
    const address = bytes(`${place}.Eip7702.delegated_address`, target, 20)
    return `0xef0100${address.slice(2)}`
  }
  const analyzed = object(`${place}.LegacyAnalyzed`, LegacyAnalyzed)
  const length = quantity(`${place}.LegacyAnalyzed.original_len`, analyzed.original_len)
  const padded = bytes(`${place}.LegacyAnalyzed.bytecode`, analyzed.bytecode)
  return padded.slice(0, 2 + 2 * Number(length)) as Hex
}

function readInferences(value: unknown): ReadonlyMap<Hex, readonly unknown[]> {
  return new Map(
    Object.entries(object('lockstep.inferences', value)).map(([hash, entries]) => {
      const place = `lockstep.inferences[${excerpt(hash)}]`
      return [bytes(place, hash, 32), list(place, entries)]
    }),
  )
}
