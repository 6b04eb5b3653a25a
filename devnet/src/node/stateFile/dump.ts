import { setImmediate } from 'node:timers/promises'
import { bigIntToHex, hexToBytes } from '@ethereumjs/util'
import { keccak256 } from 'viem'
import type { Chain } from '../chain.js'
import type { Hex, SealedBlock } from '../node.js'
import type { BlockSettings } from '../settings.js'
import type { AccountReader } from './accounts.js'
import { blockJson, inferenceJson, minedJson, sealedJson } from './blocks.js'
import { toBytecode } from './bytecode.js'
import type { AccountJson, HistoricalJson, StateFile } from './format.js'

/** What a state is written from. */
export interface DumpSource {
  readonly chain: Chain
  readonly accounts: AccountReader
  /** What the next blocks are made with. */
  readonly settings: Readonly<BlockSettings>
  /** Whether the first block is another chain's. */
  readonly isFork: boolean
  /** Models that the chain knows after its head. */
  readonly models: readonly Hex[]
}

export interface DumpOptions {
  /** Whether to write the states after older blocks, too. Default: no. */
  readonly historicalStates?: boolean
}

/** Older states that are written at most: as many as Anvil keeps at hand. */
const mostHistoricalStates = 500n

/**
 * The chain as a state file.
 * @throws PreimageMissingError
 */
export async function dumpState(source: DumpSource, options: DumpOptions): Promise<StateFile> {
  const { chain, accounts, models, settings } = source
  const { head } = chain
  const blocks = ownBlocks(source)
  const made = blocks.filter(({ inferences }) => inferences.length > 0)
  return {
    block: {
      ...blockJson(head.block),
      beneficiary: settings.coinbase,
      gas_limit: Number(settings.gasLimit),
    },
    accounts: accounts.read(chain.stateRoot(head)),
    best_block_number: Number(head.block.header.number),
    blocks: blocks.map(sealedJson),
    transactions: blocks.flatMap((sealed) =>
      sealed.transactions.map((mined) => minedJson(mined, sealed)),
    ),
    historical_states: options.historicalStates ? await historicalStates(source) : null,
    lockstep: {
      version: 1,
      models,
      inferences: Object.fromEntries(
        made.map(({ hash, inferences }) => [hash, inferences.map(inferenceJson)]),
      ),
    },
  }
}

/** The blocks of this chain, oldest first: what a fork goes on from is the other chain's. */
function ownBlocks({ chain, isFork }: DumpSource): SealedBlock[] {
  const first = chain.genesis.block.header.number
  return chain.above(isFork ? first : first - 1n).reverse()
}

async function historicalStates(source: DumpSource): Promise<[Hex, HistoricalJson][]> {
  const { chain, accounts } = source
  const { number } = chain.head.block.header
  const states: [Hex, HistoricalJson][] = []
  for (const { hash, block } of ownBlocks(source)) {
    const height = block.header.number
    const root = chain.knownStateRoot(height)
    if (height === number || number - height > mostHistoricalStates || !root) continue
    states.push([hash, historicalJson(chain, height, accounts.read(root))])
    await setImmediate()
  }
  return states
}

function historicalJson(
  chain: Chain,
  height: bigint,
  accounts: Record<Hex, AccountJson>,
): HistoricalJson {
  const entries = Object.entries(accounts) as [Hex, AccountJson][]
  return {
    accounts: Object.fromEntries(
      entries.map(([address, { balance, nonce, code }]) => [
        address,
        { balance, nonce, code_hash: keccak256(hexToBytes(code)), code: toBytecode(code) },
      ]),
    ),
    storage: Object.fromEntries(entries.map(([address, { storage }]) => [address, short(storage)])),
    block_hashes: hashesUpTo(chain, height),
  }
}

/** Slots and values without leading zeros. */
function short(storage: AccountJson['storage']): Record<Hex, Hex> {
  return Object.fromEntries(
    Object.entries(storage).map(([slot, value]) => [
      bigIntToHex(BigInt(slot)),
      bigIntToHex(BigInt(value)),
    ]),
  )
}

/** What BLOCKHASH knows. */
const blockHashes = 256n

function hashesUpTo(chain: Chain, height: bigint): Record<Hex, Hex> {
  const hashes: Record<Hex, Hex> = {}
  for (let number = height; number >= 0n && number > height - blockHashes; number--) {
    const found = chain.block(number)
    if (!found) break
    hashes[bigIntToHex(number)] = found.hash
  }
  return hashes
}
