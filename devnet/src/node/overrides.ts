import { Account, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import type { Hex, StateOverrides } from './node.js'
import { type ChainState, toWord } from './state.js'

/** Changes accounts of a state, as `eth_call` takes them. */
export async function overrideState(state: ChainState, overrides: StateOverrides): Promise<void> {
  for (const [key, override] of Object.entries(overrides)) {
    const address = createAddressFromString(key)
    const account = (await state.getAccount(address)) ?? new Account()
    account.balance = override.balance ?? account.balance
    account.nonce = override.nonce ?? account.nonce
    await state.putAccount(address, account)
    if (override.code !== undefined) await state.putCode(address, hexToBytes(override.code))
    if (override.state) await state.clearStorage(address)
    const slots = { ...override.state, ...override.stateDiff }
    for (const [slot, value] of Object.entries(slots)) {
      await state.putStorage(address, toWord(slot as Hex), toWord(value))
    }
  }
  await state.flush()
}
