import { inferenceActions, lockstep } from '@lockstep/sdk'
import { createClient, http, publicActions, walletActions } from 'viem'
import { ExampleError } from './errors.js'

/** Thrown when the node has no account that it signs for. */
export class NoAccountError extends ExampleError {
  override readonly name = 'NoAccountError'
}

/**
 * Connects to a devnet and sends from the first account that it holds.
 * @param rpcUrl JSON-RPC over HTTP
 * @throws NoAccountError
 */
export async function connect(rpcUrl: string) {
  const probe = createClient({ transport: http(rpcUrl) })
    .extend(publicActions)
    .extend(walletActions)
  const [id, [account]] = await Promise.all([probe.getChainId(), probe.getAddresses()])
  if (!account)
    throw new NoAccountError(`${rpcUrl} signs for no account. Use a devnet, which has ten.`)
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
