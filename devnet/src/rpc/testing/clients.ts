import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  http,
  publicActions,
  walletActions,
} from 'viem'
import { foundry } from 'viem/chains'
import type { DevnetOptions } from '../../devnet.js'
import { testServer } from './testServer.js'

/** A devnet with viem's clients over HTTP: `reader`, `wallet` (whose account the node signs for) and `tester`. */
export async function testClients(options: DevnetOptions = {}) {
  const server = await testServer(options)
  const transport = http(server.url, { batch: true, retryCount: 0 })
  const base = { chain: foundry, transport, pollingInterval: 20, cacheTime: 0 }
  return {
    ...server,
    reader: createPublicClient(base),
    wallet: createWalletClient({ ...base, account: server.addressOf(0) }),
    tester: createTestClient({ ...base, mode: 'anvil' }),
    everything: createTestClient({ ...base, mode: 'hardhat' })
      .extend(publicActions)
      .extend(walletActions),
  }
}
