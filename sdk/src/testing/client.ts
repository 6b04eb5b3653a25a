import { createWalletClient, http, publicActions } from 'viem'
import { lockstep } from '../chains.js'
import { inferenceActions } from '../decorators/inference.js'

/** The first account of a devnet, which signs for it. */
export const account = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

/** A client of a devnet that sends from its first account. */
export function createTestClient(url: string) {
  return createWalletClient({
    account,
    chain: lockstep,
    transport: http(url, { retryCount: 0 }),
    pollingInterval: 20,
  })
    .extend(publicActions)
    .extend(inferenceActions())
}
