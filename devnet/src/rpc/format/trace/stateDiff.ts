import type { Hex } from '../../../node/node.js'
import type { AccountState, TouchedAccount } from '../../../node/trace/changes.js'
import type { Trace } from '../../../node/trace/trace.js'
import { toQuantity } from '../quantity.js'

/** What became of a value: nothing, another one, its first or its last. */
type Delta = '=' | { '*': { from: Hex; to: Hex } } | { '+': Hex } | { '-': Hex }

const nothing: AccountState = { nonce: 0n, balance: 0n, code: '0x', storage: {} }

/** What an execution changed, account by account, as OpenEthereum's `stateDiff` gives it. */
export function formatStateDiff({ accounts }: Trace) {
  return Object.fromEntries(
    accounts
      .map((account) => [account.address, formatAccount(account)] as const)
      .filter(([, diff]) => isChange(diff)),
  )
}

function formatAccount({ before, after }: TouchedAccount) {
  const delta = (read: (state: AccountState) => Hex): Delta => {
    if (!before && after) return { '+': read(after) }
    if (before && !after) return { '-': read(before) }
    const [from, to] = [read(before ?? nothing), read(after ?? nothing)]
    return from === to ? '=' : { '*': { from, to } }
  }
  return {
    balance: delta(({ balance }) => toQuantity(balance)),
    code: delta(({ code }) => code),
    nonce: delta(({ nonce }) => toQuantity(nonce)),
    storage: storageDiff(before, after),
  }
}

function storageDiff(
  before: AccountState = nothing,
  after: AccountState = nothing,
): Record<Hex, Delta> {
  const zero: Hex = `0x${'0'.repeat(64)}`
  const slots = new Set([...Object.keys(before.storage), ...Object.keys(after.storage)]) as Set<Hex>
  const entries = [...slots].map((slot) => {
    const [from, to] = [before.storage[slot] ?? zero, after.storage[slot] ?? zero]
    return [slot, from, to] as const
  })
  return Object.fromEntries(
    entries
      .filter(([, from, to]) => from !== to)
      .map(([slot, from, to]) => [slot, { '*': { from, to } }]),
  )
}

function isChange(diff: ReturnType<typeof formatAccount>): boolean {
  const { storage, ...fields } = diff
  return Object.keys(storage).length > 0 || Object.values(fields).some((delta) => delta !== '=')
}
