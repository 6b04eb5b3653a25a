import { randomBytes } from 'node:crypto'
import { entropyToMnemonic } from '@scure/bip39'
import { english, mnemonicToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { devAccounts } from './accounts.js'

describe('devAccounts', () => {
  test('derives what viem derives from the same phrase and path', () => {
    for (const [bytes, path] of [
      [16, "m/44'/60'/0'/0"],
      [24, "m/44'/60'/1'/7/2147483647"],
      [32, "m/44'/60'/2147483647'"],
    ] as const) {
      const mnemonic = entropyToMnemonic(randomBytes(bytes), english)
      const accounts = devAccounts({ mnemonic, derivationPath: path, count: 3 })
      for (const [index, { address, privateKey, account }] of accounts.entries()) {
        const same = mnemonicToAccount(mnemonic, { path: `${path}/${index}` as "m/44'/60'/" })
        expect(account.address).toBe(same.address)
        expect(address).toBe(same.address.toLowerCase())
        expect(privateKey).toBe(
          `0x${Buffer.from(same.getHdKey().privateKey ?? []).toString('hex')}`,
        )
      }
    }
  })

  test('a path may end with a slash', () => {
    expect(devAccounts({ derivationPath: "m/44'/60'/0'/0/", count: 1 })[0]?.address).toBe(
      '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
    )
  })

  test('error: a phrase or path that stands for no key', () => {
    expect(() => devAccounts({ mnemonic: 'test junk' })).toThrowErrorMatchingInlineSnapshot(`
      [DerivationError: A mnemonic of 2 words stands for no key.
      Give 12, 15, 18, 21, 24 words with single spaces between.]
    `)
    expect(() => devAccounts({ derivationPath: '44/60' })).toThrowErrorMatchingInlineSnapshot(
      `[DerivationError: The derivation path 44/60 does not start with m.]`,
    )
    expect(() => devAccounts({ derivationPath: 'm/44h' })).toThrowErrorMatchingInlineSnapshot(`
      [DerivationError: "44h" is no part of a derivation path.
      Give a path like m/44'/60'/0'/0.]
    `)
    expect(() =>
      devAccounts({ derivationPath: 'm/2147483648' }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [DerivationError: "2147483648" is no part of a derivation path.
      Give a path like m/44'/60'/0'/0.]
    `)
  })
})
