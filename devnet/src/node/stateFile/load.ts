import { Block, createBlockHeader } from '@ethereumjs/block'
import { Account, createAddressFromString, hexToBytes, KECCAK256_RLP } from '@ethereumjs/util'
import { sha256 } from 'viem'
import { type Chain, type RestoredBlock, sealedWithoutTransactions } from '../chain.js'
import type { GenesisAccount } from '../genesis.js'
import type { Hex, SealedBlock } from '../node.js'
import type { BlockSettings } from '../settings.js'
import { type ChainState, toWord } from '../state.js'
import type { ReadAccounts, ReadEnvironment, ReadState } from './read.js'
import { type BlockRules, readBlocks } from './readBlocks.js'

/** What a state is loaded into. */
export interface LoadTarget {
  readonly chain: Chain
  readonly rules: BlockRules
  /** Height of the last block of another chain that this one goes on from, if any. */
  readonly forkHeight: bigint | undefined
  /** Root of the state that the chain starts with where nothing is loaded. */
  readonly firstRoot: Uint8Array
  /** Opens the state with this root. */
  open(root: Uint8Array): ChainState
}

/** What a chain is to become. */
export interface LoadedChain {
  /** Oldest first; those that the chain has below the first of them stay, where it follows them. */
  readonly blocks: readonly RestoredBlock[]
  /** Of the state after the head. */
  readonly root: Uint8Array
  readonly environment: ReadEnvironment | undefined
}

/** What the next blocks are made with once a chain is loaded. */
export function settingsAfter(
  settings: Readonly<BlockSettings>,
  { environment, blocks }: LoadedChain,
): BlockSettings {
  if (!environment || blocks.length === 0) return { ...settings }
  const { beneficiary: coinbase, gasLimit } = environment
  return { ...settings, coinbase, gasLimit }
}

/**
 * Puts the accounts of a state into the one after the head, and finds the blocks that lead to the head of the state.
 * @throws StateFileError
 */
export async function loadState(state: ReadState, target: LoadTarget): Promise<LoadedChain> {
  const { chain } = target
  const blocks = blocksOf(state, target)
  const root = await writeAccounts(
    target.open(chain.stateRoot(chain.head)),
    state.accounts,
    target.forkHeight !== undefined,
  )
  const history = await writeHistory(blocks, state, target)
  return {
    blocks: blocks.map((sealed) => {
      const known = history.get(sealed.hash) ?? stateRootOf(chain, sealed)
      return { sealed, ...(known && { root: known }) }
    }),
    root,
    environment: state.environment,
  }
}

function blocksOf(state: ReadState, target: LoadTarget): SealedBlock[] {
  const { environment } = state
  const best = state.bestNumber ?? environment?.number
  // Without a head, or with one that is the forked chain's, a state is no more than its accounts.
  if (best === undefined || (target.forkHeight !== undefined && best <= target.forkHeight))
    return []
  const blocks = readBlocks(state, best, target.rules)
  if (blocks.length > 0)
    return blocks.filter(({ block }) => block.header.number > (target.forkHeight ?? -1n))
  const head = target.chain.head.block.header.number
  return environment && best > head ? [checkpoint(best, environment, target)] : []
}

/** A block to go on from where a state has none. */
function checkpoint(
  number: bigint,
  { beneficiary, timestamp, gasLimit, baseFee, prevRandao }: ReadEnvironment,
  { chain, rules }: LoadTarget,
): SealedBlock {
  const common = rules.of(rules.chainId, rules.at(number, timestamp))
  if (!common) throw new RangeError(`The chain has no rules at block ${number}.`)
  const { hash, block } = chain.head
  const header = createBlockHeader(
    {
      number,
      timestamp,
      gasLimit,
      coinbase: beneficiary,
      mixHash: prevRandao,
      ...(number === block.header.number + 1n && { parentHash: hash }),
      ...(common.isActivatedEIP(1559) && { baseFeePerGas: baseFee }),
      ...(common.isActivatedEIP(4895) && { withdrawalsRoot: KECCAK256_RLP }),
      ...(common.isActivatedEIP(7685) && { requestsHash: sha256(new Uint8Array(), 'bytes') }),
    },
    { common, skipConsensusFormatValidation: true },
  )
  const withdrawals = common.isActivatedEIP(4895) ? [] : undefined
  return sealedWithoutTransactions(new Block(header, [], [], withdrawals, { common }))
}

function stateRootOf(chain: Chain, { hash, block }: SealedBlock): Uint8Array | undefined {
  const { number } = block.header
  return chain.block(number)?.hash === hash ? chain.knownStateRoot(number) : undefined
}

/**
 * Lets the accounts be what the state says.
 * @param isPartly whether the state names the slots alone that differ from another chain's.
 */
async function writeAccounts(
  state: ChainState,
  accounts: ReadAccounts,
  isPartly: boolean,
  before: ReadAccounts = new Map(),
): Promise<Uint8Array> {
  for (const [key, account] of accounts) {
    const { nonce, balance, code, storage } = account
    const address = createAddressFromString(key)
    if (isEmpty(account)) {
      await state.deleteAccount(address)
      continue
    }
    const known = before.get(key)
    const keeps = isPartly || known !== undefined
    if (!keeps) await state.clearStorage(address)
    const storageRoot = (await state.getAccount(address))?.storageRoot
    await state.putAccount(address, new Account(nonce, balance, keeps ? storageRoot : undefined))
    if (code !== '0x') await state.putCode(address, hexToBytes(code))
    for (const [slot, value] of changedSlots(storage, known?.storage ?? {})) {
      await state.putStorage(address, toWord(slot), toWord(value))
    }
  }
  return state.getStateRoot()
}

/** Slots that are otherwise than before, those that are no longer there as zeros. */
function changedSlots(
  storage: Readonly<Record<Hex, Hex>>,
  before: Readonly<Record<Hex, Hex>>,
): [Hex, Hex][] {
  const changed = (Object.entries(storage) as [Hex, Hex][]).filter(
    ([slot, value]) => before[slot] !== value,
  )
  const gone = (Object.keys(before) as Hex[]).filter((slot) => !(slot in storage))
  return [...changed, ...gone.map((slot): [Hex, Hex] => [slot, '0x00'])]
}

/** Anvil lists accounts that no chain keeps (EIP-161). */
function isEmpty({ nonce, balance, code, storage }: Required<GenesisAccount>): boolean {
  return nonce === 0n && balance === 0n && code === '0x' && Object.keys(storage).length === 0
}

/** Writes the states after older blocks, each over the one before it, and gives their roots. */
async function writeHistory(
  blocks: readonly SealedBlock[],
  { history }: ReadState,
  target: LoadTarget,
): Promise<ReadonlyMap<Hex, Uint8Array>> {
  const roots = new Map<Hex, Uint8Array>()
  if (history.size === 0) return roots
  const isPartly = target.forkHeight !== undefined
  let before: ReadAccounts = new Map()
  let root = target.firstRoot
  for (const { hash } of blocks) {
    const accounts = history.get(hash)
    if (!accounts) continue
    const state = target.open(root)
    for (const key of before.keys()) {
      if (!accounts.has(key)) await state.deleteAccount(createAddressFromString(key))
    }
    const changed = [...accounts].filter(([key, entry]) => !isSame(entry, before.get(key)))
    root = await writeAccounts(state, new Map(changed), isPartly, before)
    roots.set(hash, root)
    before = accounts
  }
  return roots
}

type ReadAccount = Required<GenesisAccount>

function isSame(a: ReadAccount, b: ReadAccount | undefined): boolean {
  if (!b || a.nonce !== b.nonce || a.balance !== b.balance || a.code !== b.code) return false
  return changedSlots(a.storage, b.storage).length === 0
}
