import { Account, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import type { Ledger } from './ledger.js'
import type { Hex } from './node.js'
import { toWord } from './state.js'

/** Changes fields of an account after the head. */
export function changeAccount(
  ledger: Ledger,
  key: Hex,
  fields: { readonly balance?: bigint; readonly nonce?: bigint },
): Promise<void> {
  const address = createAddressFromString(key)
  return ledger.change(async (state) => {
    const account = (await state.getAccount(address)) ?? new Account()
    account.balance = fields.balance ?? account.balance
    account.nonce = fields.nonce ?? account.nonce
    await state.putAccount(address, account)
  })
}

export function changeCode(ledger: Ledger, key: Hex, code: Hex): Promise<void> {
  return ledger.change((state) => state.putCode(createAddressFromString(key), hexToBytes(code)))
}

export function changeStorage(ledger: Ledger, key: Hex, slot: Hex, value: Hex): Promise<void> {
  const address = createAddressFromString(key)
  return ledger.change(async (state) => {
    if (!(await state.getAccount(address))) await state.putAccount(address, new Account())
    await state.putStorage(address, toWord(slot), toWord(value))
  })
}
