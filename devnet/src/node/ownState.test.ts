import { MerklePatriciaTrie } from '@ethereumjs/mpt'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import {
  Account,
  Address,
  bytesToHex,
  equalsBytes,
  KECCAK256_RLP,
  setLengthLeft,
} from '@ethereumjs/util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyDatabase, OverlayDatabase } from './database.js'
import { OwnState } from './ownState.js'
import type { ChainState } from './state.js'

const addressAt = (index: number) => new Address(setLengthLeft(Uint8Array.of(index + 1), 20))
const slotAt = (index: number) => setLengthLeft(Uint8Array.of(index), 32)

type Step =
  | { readonly do: 'account'; readonly at: number; readonly nonce: bigint }
  | { readonly do: 'code' | 'storage'; readonly at: number; slot: number; value: number }
  | { readonly do: 'clear' | 'delete'; readonly at: number }
  | { readonly do: 'checkpoint' | 'commit' | 'revert' | 'root' }

const at = fc.nat(3)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('account' as const), at, nonce: fc.bigInt(0n, 3n) }),
  fc.record({
    do: fc.constantFrom('code' as const, 'storage' as const, 'storage' as const),
    at,
    slot: fc.nat(4),
    value: fc.nat(3),
  }),
  fc.record({ do: fc.constantFrom('clear' as const, 'delete' as const), at }),
  fc.record({
    do: fc.constantFrom(
      'checkpoint' as const,
      'checkpoint' as const,
      'commit' as const,
      'revert' as const,
      'root' as const,
    ),
  }),
)

interface Entry {
  readonly nonce: bigint
  readonly code: Uint8Array
  readonly slots: ReadonlyMap<number, number>
}

/** What a state holds, as plainly as it can be said: a checkpoint is a copy. */
class Model {
  entries = new Map<number, Entry>()
  private readonly saved: Map<number, Entry>[] = []

  get depth(): number {
    return this.saved.length
  }

  apply(step: Step): void {
    if (step.do === 'checkpoint') this.saved.push(new Map(this.entries))
    if (step.do === 'commit') this.saved.pop()
    if (step.do === 'revert') this.entries = this.saved.pop() ?? this.entries
    if (!('at' in step)) return
    const known = this.entries.get(step.at)
    const entry = known ?? { nonce: 0n, code: new Uint8Array(), slots: new Map() }
    if (step.do === 'account') this.entries.set(step.at, { ...entry, nonce: step.nonce })
    if (step.do === 'code') this.entries.set(step.at, { ...entry, code: codeOf(step.value) })
    if (step.do === 'clear') this.entries.set(step.at, { ...entry, slots: new Map() })
    if (step.do === 'delete') this.entries.delete(step.at)
    if (step.do === 'storage' && known) {
      this.entries.set(step.at, {
        ...entry,
        slots: new Map(entry.slots).set(step.slot, step.value),
      })
    }
  }

  /** The root that EthereumJS gives this state, written afresh. */
  async root(): Promise<Uint8Array> {
    const state = new MerkleStateManager({ trie: new MerklePatriciaTrie({ useKeyHashing: true }) })
    for (const [index, { nonce, code, slots }] of this.entries) {
      const address = addressAt(index)
      await state.putAccount(address, new Account(nonce))
      if (code.length > 0) await state.putCode(address, code)
      for (const [slot, value] of slots) {
        await state.putStorage(address, slotAt(slot), Uint8Array.of(value))
      }
    }
    return state.getStateRoot()
  }
}

const codeOf = (value: number) => Uint8Array.of(0x60, value)

async function apply(state: ChainState, step: Step): Promise<void> {
  if ('slot' in step) return write(state, step)
  if ('nonce' in step) {
    const account = (await state.getAccount(addressAt(step.at))) ?? new Account()
    account.nonce = step.nonce
    return state.putAccount(addressAt(step.at), account)
  }
  if ('at' in step) {
    const address = addressAt(step.at)
    return step.do === 'clear' ? state.clearStorage(address) : state.deleteAccount(address)
  }
  if (step.do === 'root') await state.getStateRoot()
  else await state[step.do]()
}

async function write(state: ChainState, step: Extract<Step, { slot: number }>): Promise<void> {
  const address = addressAt(step.at)
  if (step.do === 'code') return state.putCode(address, codeOf(step.value))
  // Storage belongs to an account.
  if (!(await state.getAccount(address))) return
  await state.putStorage(address, slotAt(step.slot), Uint8Array.of(step.value))
}

async function expectSame(state: ChainState, model: Model): Promise<void> {
  for (let index = 0; index < 4; index++) {
    const entry = model.entries.get(index)
    const address = addressAt(index)
    expect((await state.getAccount(address))?.nonce).toBe(entry?.nonce)
    expect(await state.getCode(address)).toEqual(entry?.code ?? new Uint8Array())
    for (let slot = 0; slot < 5; slot++) {
      const value = entry?.slots.get(slot) ?? 0
      const expected = value === 0 ? new Uint8Array() : Uint8Array.of(value)
      expect(equalsBytes(await state.getStorage(address, slotAt(slot)), expected)).toBe(true)
    }
  }
}

test('a state holds what was written and not reverted, under the root that EthereumJS gives it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const database = new OverlayDatabase(emptyDatabase)
      const state = new OwnState(database, KECCAK256_RLP)
      const model = new Model()
      for (const step of steps) {
        if ((step.do === 'commit' || step.do === 'revert') && model.depth === 0) continue
        await apply(state, step)
        model.apply(step)
        if (step.do === 'root') {
          expect(bytesToHex(await state.getStateRoot())).toBe(bytesToHex(await model.root()))
        }
      }
      await expectSame(state, model)
      while (model.depth > 0) {
        await state.commit()
        model.apply({ do: 'commit' })
      }
      const root = await state.getStateRoot()
      expect(bytesToHex(root)).toBe(bytesToHex(await model.root()))
      // Another state reads the same from the rows alone.
      database.nodes.clear()
      database.codes.clear()
      await expectSame(new OwnState(database, root), model)
    }),
    { numRuns: 100 },
  )
})

test('an account that was given away may change without changing the state', async () => {
  const state = new OwnState(new OverlayDatabase(emptyDatabase), KECCAK256_RLP)
  const given = new Account(1n)
  await state.putAccount(addressAt(0), given)
  given.nonce = 2n
  const got = await state.getAccount(addressAt(0))
  if (got) got.nonce = 3n
  expect((await state.getAccount(addressAt(0)))?.nonce).toBe(1n)
})

test('error: a root that is not here', async () => {
  const state = new OwnState(new OverlayDatabase(emptyDatabase), new Uint8Array(32).fill(7))
  await expect(state.getAccount(addressAt(0))).rejects.toMatchInlineSnapshot(`
    [MissingStateError: The state is not here: its node 0x0707070707070707070707070707070707070707070707070707070707070707 is missing.
    Ask for a block of this chain; where it is one, the data folder is damaged.]
  `)
})
