import { bytesToHex } from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import { pointFromScalar } from 'tiny-secp256k1'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { deriveChild, deriveKey, keyOfMnemonic } from './hdKey.js'
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

/** Derives the accounts that the chain funds in genesis. @throws DerivationError */
export function devAccounts(options: AccountOptions = {}): DevAccount[] {
  const path = (options.derivationPath ?? defaultDerivationPath).replace(/\/$/, '')
  const parent = deriveKey(keyOfMnemonic(options.mnemonic ?? defaultMnemonic), path)
  return Array.from({ length: options.count ?? 10 }, (_, index) =>
    accountOf(deriveChild(parent, index).privateKey),
  )
}

function accountOf(key: Uint8Array): DevAccount {
  const privateKey = bytesToHex(key)
  let account: PrivateKeyAccount | undefined
  return {
    address: addressOf(key),
    privateKey,
    // Few of a chain's accounts ever sign, and this takes longer than deriving all of them.
    get account() {
      account ??= privateKeyToAccount(privateKey)
      return account
    },
  }
}

const addressBytes = 20

function addressOf(key: Uint8Array): Hex {
  const point = pointFromScalar(key, false) ?? new Uint8Array()
  return bytesToHex(keccak(point.subarray(1)).subarray(-addressBytes))
}
