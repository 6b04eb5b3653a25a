import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { devAccounts } from '../node/accounts.js'
import { startAnvil } from '../rpc/testing/anvil.js'
import { devnetCommand } from './devnet.js'
import { mnemonicOf } from './mnemonic.js'

const run = promisify(execFile)
const anvil = fileURLToPath(new URL('../../../node_modules/.bin/anvil', import.meta.url))

describe("Anvil's flags", () => {
  test('are all known here, those that are refused included', async () => {
    const { stdout } = await run(anvil, ['--help'])
    const theirs = [...stdout.matchAll(/^ +(?:-\w, )?(--[a-z0-9-]+)/gm)].map(([, flag]) => flag)
    const aliases = [...stdout.matchAll(/\[aliases: (--[^\]]+)\]/g)].flatMap(([, names]) =>
      (names ?? '').split(', '),
    )
    const known = new Set(
      devnetCommand()
        .options.flatMap(({ long, short }) => [long, short])
        .concat(['--help', '--version']),
    )
    const unknown = [...theirs, ...aliases].filter((flag) => !known.has(flag))
    expect(theirs.length).toBeGreaterThan(60)
    expect(unknown).toEqual([])
  })

  test.each(['0', '42', `${2n ** 64n - 1n}`])(
    'the seed %s gives the phrase that it gives Anvil',
    async (seed) => {
      const theirs = await startAnvil('--mnemonic-seed-unsafe', seed)
      const mnemonic = mnemonicOf({ mnemonicSeedUnsafe: BigInt(seed) })
      const ours = devAccounts({ mnemonic }).map(({ address }) => address)
      expect(ours).toEqual(await theirs.call('eth_accounts'))
    },
  )

  test('a random phrase has as many words as asked, and never comes twice', () => {
    for (const mnemonicRandom of [12, 15, 18, 21, 24]) {
      const phrase = mnemonicOf({ mnemonicRandom })
      expect(phrase.split(' ')).toHaveLength(mnemonicRandom)
      expect(mnemonicOf({ mnemonicRandom })).not.toBe(phrase)
    }
  })
})
