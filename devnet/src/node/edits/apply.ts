import { Account, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import type { Hex } from '../node.js'
import { type ChainState, toWord } from '../state.js'
import type { AccountEdit, StateEdits } from './edits.js'

/** Does to a state what the edits say. */
export async function applyEdits(state: ChainState, edits: StateEdits): Promise<void> {
  for (const [key, edit] of Object.entries(edits)) {
    if (edit) await editAccount(state, key as Hex, edit)
    else await state.deleteAccount(createAddressFromString(key))
  }
}

async function editAccount(
  state: ChainState,
  key: Hex,
  { nonce, balance, code, storage = {} }: AccountEdit,
): Promise<void> {
  const address = createAddressFromString(key)
  const account = (await state.getAccount(address)) ?? new Account()
  account.nonce = nonce
  account.balance = balance
  await state.putAccount(address, account)
  if (code !== undefined) await state.putCode(address, hexToBytes(code))
  for (const [slot, value] of Object.entries(storage)) {
    await state.putStorage(address, toWord(slot as Hex), toWord(value))
  }
}
