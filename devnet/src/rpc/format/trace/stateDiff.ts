import type { Hex } from '../../../node/node.js'
import type { AccountState, TouchedAccount } from '../../../node/trace/changes.js'
import type { Trace } from '../../../node/trace/trace.js'
import { toQuantity } from '../quantity.js'
import { createdBy } from './created.js'

/** What became of a value: nothing, another one, its first or its last. */
type Delta = '=' | { '*': { from: Hex; to: Hex } } | { '+': Hex } | { '-': Hex }
type Difference = (from: Hex, to: Hex) => Delta

const nothing: AccountState = { nonce: 0n, balance: 0n, code: '0x', storage: {} }
const zeroWord: Hex = `0x${'0'.repeat(64)}`

const changed: Difference = (from, to) => (from === to ? '=' : { '*': { from, to } })
const added: Difference = (_, to) => ({ '+': to })
const removed: Difference = (from) => ({ '-': from })

/** What an execution changed, account by account, as OpenEthereum's `stateDiff` gives it. */
export function formatStateDiff({ accounts, frame }: Trace) {
  const created = createdBy(frame)
  return Object.fromEntries(
    accounts
      .filter(isChanged)
      .map((account) => [account.address, formatAccount(account, differenceFor(account, created))]),
  )
}

/**
 * An account that only got money is told as one whose values changed from zero, as Anvil does:
 * the addition of an account is that of a contract, at an address that held nothing.
 */
function differenceFor(account: TouchedAccount, created: ReadonlySet<Hex>): Difference {
  const { address, before = nothing, after } = account
  if (!after) return removed
  return created.has(address) && before.balance === 0n ? added : changed
}

function formatAccount(account: TouchedAccount, tell: Difference) {
  const { before = nothing, after = nothing } = account
  const storage = changedSlots(account).map(([slot, from, to]) => [slot, tell(from, to)])
  return {
    balance: tell(toQuantity(before.balance), toQuantity(after.balance)),
    code: tell(before.code, after.code),
    nonce: tell(toQuantity(before.nonce), toQuantity(after.nonce)),
    storage: Object.fromEntries(storage) as Record<Hex, Delta>,
  }
}

function isChanged(account: TouchedAccount): boolean {
  const { before = nothing, after = nothing } = account
  return (
    before.nonce !== after.nonce ||
    before.balance !== after.balance ||
    before.code !== after.code ||
    changedSlots(account).length > 0
  )
}

function changedSlots({ slots, before = nothing, after = nothing }: TouchedAccount) {
  return slots
    .map(
      (slot) => [slot, before.storage[slot] ?? zeroWord, after.storage[slot] ?? zeroWord] as const,
    )
    .filter(([, from, to]) => from !== to)
}
