import type { Hex } from '../../../node/node.js'
import type { AccountState, TouchedAccount } from '../../../node/trace/changes.js'
import type { Trace } from '../../../node/trace/trace.js'
import { toQuantity } from '../quantity.js'
import { createdBy } from './created.js'

/** Settings of the `prestateTracer`. */
export interface PrestateConfig {
  readonly diffMode?: boolean
  readonly disableCode?: boolean
  readonly disableStorage?: boolean
}

/** An account as the answer shows it. */
interface ShownState {
  readonly balance?: Hex
  readonly nonce?: number
  readonly code?: Hex
  readonly storage?: Readonly<Record<Hex, Hex>>
}

const zeroWord: Hex = `0x${'0'.repeat(64)}`

/** What an execution needed of the state, or what it changed of it, as geth's `prestateTracer` gives it. */
export function formatPrestate(trace: Trace, config: PrestateConfig) {
  const accounts = trace.accounts.map((account) => reduced(account, config))
  if (config.diffMode) return formatDiff(accounts, createdBy(trace.frame))
  return Object.fromEntries(accounts.map(({ address, before }) => [address, show(before)]))
}

/** A touched account, of which what nobody wants to see is left out. One that was not there held nothing. */
interface Shown {
  readonly address: Hex
  readonly slots: readonly Hex[]
  readonly before: AccountState
  readonly after: AccountState
  readonly isThere: boolean
}

function reduced(account: TouchedAccount, config: PrestateConfig): Shown {
  const { address, before, after } = account
  const slots = config.disableStorage ? [] : account.slots
  const reduce = (state: AccountState | undefined): AccountState => ({
    nonce: state?.nonce ?? 0n,
    balance: state?.balance ?? 0n,
    code: config.disableCode ? '0x' : (state?.code ?? '0x'),
    storage: Object.fromEntries(slots.map((slot) => [slot, state?.storage[slot] ?? zeroWord])),
  })
  return {
    address,
    slots,
    before: reduce(before),
    after: reduce(after),
    isThere: after !== undefined,
  }
}

function formatDiff(accounts: readonly Shown[], created: ReadonlySet<Hex>) {
  const pre: Record<Hex, ShownState> = {}
  const post: Record<Hex, ShownState> = {}
  for (const { address, slots, before, after, isThere } of accounts) {
    const changed = slots.filter((slot) => before.storage[slot] !== after.storage[slot])
    const isChanged =
      changed.length > 0 ||
      before.balance !== after.balance ||
      before.nonce !== after.nonce ||
      before.code !== after.code
    if (!isChanged) continue
    const isNew = created.has(address) && isEmpty(before)
    if (!isNew) pre[address] = show({ ...before, storage: nonZero(before, changed) })
    if (isThere) post[address] = showChanges(before, after, nonZero(after, changed))
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

function show({ balance, nonce, code, storage }: AccountState): ShownState {
  return {
    balance: toQuantity(balance),
    ...(nonce > 0n && { nonce: Number(nonce) }),
    ...(code !== '0x' && { code }),
    ...(Object.keys(storage).length > 0 && { storage }),
  }
}

function showChanges(
  before: AccountState,
  after: AccountState,
  storage: Readonly<Record<Hex, Hex>>,
): ShownState {
  return {
    ...(after.balance !== before.balance && { balance: toQuantity(after.balance) }),
    ...(after.nonce !== before.nonce && { nonce: Number(after.nonce) }),
    ...(after.code !== before.code && { code: after.code }),
    ...(Object.keys(storage).length > 0 && { storage }),
  }
}
