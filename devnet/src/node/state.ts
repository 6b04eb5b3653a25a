import type { StateManagerInterface } from '@ethereumjs/common'
import {
  type Address,
  bytesToHex,
  createAddressFromString,
  hexToBytes,
  setLengthLeft,
} from '@ethereumjs/util'
import type { Hex, StateView } from './node.js'

/**
 * A state manager that can hide the code of one account from the rule that senders have none (EIP-3607):
 * this chain lets contracts be impersonated, as Anvil does.
 */
export interface ChainState extends StateManagerInterface {
  /** Makes `address` look like an account without code until `reveal`. */
  disguise(address: Address): Promise<void>
  reveal(): void
  /** Puts what was written into the tries: it shows in storage roots from here on. */
  flush(): Promise<void>
}

/** Reads accounts, code and storage of one state. */
export function readState(state: ChainState): StateView {
  return {
    account: (address) => state.getAccount(createAddressFromString(address)),
    code: (address) => state.getCode(createAddressFromString(address)),
    storage: async (address, slot) => {
      const value = await state.getStorage(createAddressFromString(address), toWord(slot))
      return bytesToHex(setLengthLeft(value, 32))
    },
  }
}

/** The 32 bytes of a storage slot or value given with any number of leading zeros. */
export function toWord(value: Hex): Uint8Array {
  const digits = value.slice(2)
  return setLengthLeft(hexToBytes(`0x${digits.length % 2 === 0 ? digits : `0${digits}`}`), 32)
}
