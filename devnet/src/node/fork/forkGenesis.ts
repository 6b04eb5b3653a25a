import type { Block } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { Account, createAddressFromString, hexToBytes, KECCAK256_RLP } from '@ethereumjs/util'
import type { OverlayDatabase } from '../database.js'
import type { GenesisAccount, GenesisOptions } from '../genesis.js'
import type { Hex } from '../node.js'
import { inferenceAddress } from '../registry.js'
import { type ChainState, toWord } from '../state.js'
import { ForkState } from './forkState.js'
import type { ForkedState } from './remoteState.js'

/**
 * Writes this chain's own accounts over the forked state. Contracts that the forked chain has stay as they are there;
 * of its accounts only balances are set.
 * @returns root of what differs from the forked state.
 */
export async function writeForkState(
  fork: { readonly state: ForkedState; readonly base: { readonly block: Block } },
  alloc: GenesisOptions['alloc'],
  common: Common,
  database: OverlayDatabase,
): Promise<Uint8Array> {
  const state = new ForkState(fork.state, database, KECCAK256_RLP, common)
  await state.anchor(fork.base.block.header.stateRoot)
  for (const [address, entry] of Object.entries(alloc)) {
    await writeAccount(state, address as Hex, entry)
  }
  return state.getStateRoot()
}

async function writeAccount(state: ChainState, key: Hex, entry: GenesisAccount): Promise<void> {
  const address = createAddressFromString(key)
  const there = await state.getAccount(address)
  const isOurs = !there?.isContract() || key === inferenceAddress
  if (isOurs || entry.balance !== undefined) {
    const account = there ?? new Account(entry.nonce ?? 0n)
    account.balance = entry.balance ?? account.balance
    await state.putAccount(address, account)
  }
  if (entry.code && isOurs) await state.putCode(address, hexToBytes(entry.code))
  for (const [slot, value] of Object.entries(entry.storage ?? {})) {
    await state.putStorage(address, toWord(slot as Hex), toWord(value))
  }
}
