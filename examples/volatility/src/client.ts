import { inferenceActions, lockstep } from '@lockstep/sdk'
import { createClient, http, publicActions, walletActions } from 'viem'
import { ExampleError } from './errors.js'

/** Thrown when the node has no account that it signs for. */
export class NoAccountError extends ExampleError {
  override readonly name = 'NoAccountError'
}

/**
 * Connects to a devnet and sends from an account that it holds.
 * @param rpcUrl JSON-RPC over HTTP
 * @param place of the account among the node's; default the first
 * @throws NoAccountError
 */
export async function connect(rpcUrl: string, place = 0) {
  const probe = createClient({ transport: http(rpcUrl) })
    .extend(publicActions)
    .extend(walletActions)
  const [id, accounts] = await Promise.all([probe.getChainId(), probe.getAddresses()])
  const account = accounts[place]
  if (!account)
    throw new NoAccountError(
      `${rpcUrl} signs for ${accounts.length} accounts, and ${place + 1} are needed. Use a devnet, which has ten.`,
    )
  return createClient({
    account,
    chain: { ...lockstep, id },
    transport: http(rpcUrl),
    pollingInterval: 50,
  })
    .extend(publicActions)
    .extend(walletActions)
    .extend(inferenceActions())
}

export type DemoClient = Awaited<ReturnType<typeof connect>>
