import { bytesToHex } from '@ethereumjs/util'
import {
  type HDAccount,
  mnemonicToAccount,
  type PrivateKeyAccount,
  privateKeyToAccount,
} from 'viem/accounts'
import type { Hex } from './node.js'

export interface AccountOptions {
  /** Default: Anvil's `test test … junk`. */
  readonly mnemonic?: string
  /** Default 10. */
  readonly count?: number
  /** Path of the accounts' parent key. Default `m/44'/60'/0'/0`. */
  readonly derivationPath?: string
}

/** An account that the node holds the key of. */
export interface DevAccount {
  readonly address: Hex
  readonly privateKey: Hex
  readonly account: PrivateKeyAccount
}

export const defaultMnemonic = 'test test test test test test test test test test test junk'
export const defaultDerivationPath = "m/44'/60'/0'/0"

/** Derives the accounts that the chain funds in genesis. */
export function devAccounts(options: AccountOptions = {}): DevAccount[] {
  const path = (options.derivationPath ?? defaultDerivationPath).replace(/\/$/, '')
  // The seed of a mnemonic is slow by design: derive it once, and the accounts from their parent key.
  const parent: HDAccount = mnemonicToAccount(options.mnemonic ?? defaultMnemonic, {
    path: path as "m/44'/60'/",
  })
  return Array.from({ length: options.count ?? 10 }, (_, index) => {
    const key = parent.getHdKey().deriveChild(index).privateKey
    if (!key) throw new RangeError(`No private key at ${path}/${index}.`)
    const account = privateKeyToAccount(bytesToHex(key))
    return { address: account.address.toLowerCase() as Hex, privateKey: bytesToHex(key), account }
  })
}
