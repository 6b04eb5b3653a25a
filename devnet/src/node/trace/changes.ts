import type { Block } from '@ethereumjs/block'
import { isEOACode7702Tx, type TypedTransaction } from '@ethereumjs/tx'
import {
  type Account,
  bytesToHex,
  createAddressFromString,
  eoaCode7702RecoverAuthority,
} from '@ethereumjs/util'
import type { RunTxResult } from '@ethereumjs/vm'
import type { Hex } from '../node.js'
import { type ChainState, readState } from '../state.js'
import { type Frame, framesOf } from './frame.js'

/** An account, with the slots that an execution touched. */
export interface AccountState {
  readonly nonce: bigint
  readonly balance: bigint
  readonly code: Hex
  readonly storage: Readonly<Record<Hex, Hex>>
}

/** An account that an execution looked at or changed. Undefined where there was none. */
export interface TouchedAccount {
  readonly address: Hex
  /** Slots that were read or written, in order. */
  readonly slots: readonly Hex[]
  readonly before: AccountState | undefined
  readonly after: AccountState | undefined
}

/** What an execution could have read or written: accounts, each with its slots. */
export type Touched = ReadonlyMap<Hex, ReadonlySet<Hex>>

/**
 * @param result of the execution, with its access list.
 * @param accessed slots that opcodes read or wrote: the list misses those of a contract that the transaction itself makes.
 */
export function touchedBy(
  tx: TypedTransaction,
  block: Block,
  frame: Frame,
  result: RunTxResult,
  accessed: Iterable<readonly [account: Hex, slots: readonly Hex[]]>,
): Touched {
  const touched = new Map<Hex, Set<Hex>>()
  const slotsOf = (address: string): Set<Hex> => {
    const key = address.toLowerCase() as Hex
    const slots = touched.get(key) ?? new Set<Hex>()
    touched.set(key, slots)
    return slots
  }
  slotsOf(tx.getSenderAddress().toString())
  slotsOf(block.header.coinbase.toString())
  for (const { address, storageKeys } of result.accessList ?? []) {
    const slots = slotsOf(address)
    for (const key of storageKeys) slots.add(key as Hex)
  }
  for (const [account, keys] of accessed) {
    const slots = slotsOf(account)
    for (const key of keys) slots.add(key)
  }
  for (const { from, to } of framesOf(frame)) {
    slotsOf(from)
    if (to) slotsOf(to)
  }
  for (const authority of authorities(tx)) slotsOf(authority)
  return touched
}

/** Accounts that delegate their code by the transaction (EIP-7702). */
function authorities(tx: TypedTransaction): Hex[] {
  if (!isEOACode7702Tx(tx)) return []
  return tx.authorizationList.flatMap((authorization) => {
    try {
      return [eoaCode7702RecoverAuthority(authorization).toString()]
    } catch {
      // The chain skips an authorization that nobody signed, and so does its trace.
      return []
    }
  })
}

/** Reads what was touched from the states before and after. */
export async function readTouched(
  touched: Touched,
  before: ChainState,
  after: ChainState,
): Promise<TouchedAccount[]> {
  const accounts: TouchedAccount[] = []
  for (const [address, keys] of touched) {
    const slots = [...keys].sort()
    accounts.push({
      address,
      slots,
      before: await readAccount(before, address, slots),
      after: await readAccount(after, address, slots),
    })
  }
  return accounts.sort((a, b) => (a.address < b.address ? -1 : 1))
}

async function readAccount(
  state: ChainState,
  address: Hex,
  slots: readonly Hex[],
): Promise<AccountState | undefined> {
  const account: Account | undefined = await state.getAccount(createAddressFromString(address))
  if (!account) return undefined
  const view = readState(state)
  const storage: Record<Hex, Hex> = {}
  for (const slot of slots) storage[slot] = await view.storage(address, slot)
  return {
    nonce: account.nonce,
    balance: account.balance,
    code: bytesToHex(await view.code(address)),
    storage,
  }
}
