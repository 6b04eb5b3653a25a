import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createDevnet } from '../../devnet.js'
import { temporaryFolder } from '../../node/testing/folder.js'
import { rpcClient } from '../../rpc/testing/testServer.js'
import { openBundle } from '../bundles/open.js'
import { exportChain } from '../export/exportChain.js'
import { ownConfig } from '../runtime.js'
import { liveThrough, trafficModels } from '../testing/traffic.js'
import { executeOnAnvil } from './executeOnAnvil.js'

const binaries = fileURLToPath(new URL('../../../../node_modules/.bin', import.meta.url))
process.env.PATH = [binaries, process.env.PATH].join(delimiter)

/** A bundle of what somebody does to a devnet. */
async function bundleOf(live: (url: string) => Promise<unknown>) {
  const folder = join(await temporaryFolder(), 'bundle')
  const devnet = await createDevnet({ port: 0, models: trafficModels })
  try {
    await live(devnet.url)
    await exportChain(devnet.url, folder)
  } finally {
    await devnet.close()
  }
  return openBundle(folder, ownConfig)
}

describe('a real Anvil', () => {
  test('comes to the same receipts and accounts, inferences in every frame included', async () => {
    const execution = await executeOnAnvil(await bundleOf(liveThrough))
    expect(execution.divergence).toBeUndefined()
    expect(execution).toMatchObject({ blocks: 8, transactions: 6, inferences: 4 })
    expect(execution.accounts).toBeGreaterThan(10)
  })

  test('is told from this chain where it comes to another state: prevRandao is its own', async () => {
    const bundle = await bundleOf(async (url) => {
      const { call } = rpcClient(url)
      const [from] = await call<string[]>('eth_accounts')
      // PREVRANDAO PUSH0 SSTORE
      await call('eth_sendTransaction', { from, data: '0x445f55', gas: '0x186a0' })
    })
    const { divergence } = await executeOnAnvil(bundle)
    expect(divergence?.what).toMatch(/^slot 0 of 0x[0-9a-f]{40} on Anvil$/)
    expect(divergence?.recorded).not.toBe(divergence?.executed)
  })

  test('error: there is none', async () => {
    const path = process.env.PATH
    process.env.PATH = ''
    try {
      await expect(executeOnAnvil(await bundleOf(async () => {}))).rejects.toThrow(
        'Anvil cannot be started: spawn anvil ENOENT',
      )
    } finally {
      process.env.PATH = path
    }
  })
})
