import type { Hex } from '../../../node/node.js'
import type { AccountState, TouchedAccount } from '../../../node/trace/changes.js'
import { type Frame, framesOf } from '../../../node/trace/frame.js'
import type { Trace } from '../../../node/trace/trace.js'
import { toQuantity } from '../quantity.js'

/** Settings of the `prestateTracer`. */
export interface PrestateConfig {
  readonly diffMode?: boolean
  readonly disableCode?: boolean
  readonly disableStorage?: boolean
}

interface Shown {
  readonly balance?: Hex
  readonly nonce?: number
  readonly code?: Hex
  readonly storage?: Readonly<Record<Hex, Hex>>
}

const nothing: AccountState = { nonce: 0n, balance: 0n, code: '0x', storage: {} }
const zeroWord: Hex = `0x${'0'.repeat(64)}`

/** What an execution needed of the state, or what it changed of it, as geth's `prestateTracer` gives it. */
export function formatPrestate(trace: Trace, config: PrestateConfig) {
  const accounts = trace.accounts.map((account) => reduced(account, config))
  if (config.diffMode) return formatDiff(accounts, createdBy(trace.frame))
  return Object.fromEntries(
    accounts.map(({ address, before = nothing }) => [address, show(before, before.storage)]),
  )
}

/** The account without what nobody wants to see of it. */
function reduced({ address, before, after }: TouchedAccount, config: PrestateConfig) {
  const reduce = (state: AccountState | undefined) =>
    state && {
      ...state,
      ...(config.disableCode && { code: '0x' as const }),
      ...(config.disableStorage && { storage: {} }),
    }
  return { address, before: reduce(before), after: reduce(after) }
}

function createdBy(frame: Frame): ReadonlySet<Hex> {
  const created = new Set<Hex>()
  for (const { type, to } of framesOf(frame)) {
    if ((type === 'CREATE' || type === 'CREATE2') && to) created.add(to)
  }
  return created
}

function formatDiff(accounts: readonly TouchedAccount[], created: ReadonlySet<Hex>) {
  const pre: Record<Hex, Shown> = {}
  const post: Record<Hex, Shown> = {}
  for (const { address, before = nothing, after } of accounts) {
    const now = after ?? nothing
    const slots = Object.keys(before.storage).filter(
      (slot) => before.storage[slot as Hex] !== (now.storage[slot as Hex] ?? zeroWord),
    ) as Hex[]
    const isChanged =
      slots.length > 0 ||
      before.balance !== now.balance ||
      before.nonce !== now.nonce ||
      before.code !== now.code
    if (!isChanged) continue
    const isNew = created.has(address) && isEmpty(before)
    if (!isNew) pre[address] = show(before, nonZero(before, slots))
    if (after) post[address] = showChanges(before, after, nonZero(after, slots))
  }
  return { post, pre }
}

function isEmpty({ nonce, balance, code }: AccountState): boolean {
  return nonce === 0n && balance === 0n && code === '0x'
}

function nonZero({ storage }: AccountState, slots: readonly Hex[]): Record<Hex, Hex> {
  const shown: Record<Hex, Hex> = {}
  for (const slot of slots) {
    const value = storage[slot] ?? zeroWord
    if (value !== zeroWord) shown[slot] = value
  }
  return shown
}

function show(state: AccountState, storage: Readonly<Record<Hex, Hex>>): Shown {
  return {
    balance: toQuantity(state.balance),
    ...(state.nonce > 0n && { nonce: Number(state.nonce) }),
    ...(state.code !== '0x' && { code: state.code }),
    ...(Object.keys(storage).length > 0 && { storage }),
  }
}

function showChanges(
  before: AccountState,
  after: AccountState,
  storage: Readonly<Record<Hex, Hex>>,
): Shown {
  return {
    ...(after.balance !== before.balance && { balance: toQuantity(after.balance) }),
    ...(after.nonce !== before.nonce && { nonce: Number(after.nonce) }),
    ...(after.code !== before.code && { code: after.code }),
    ...(Object.keys(storage).length > 0 && { storage }),
  }
}
