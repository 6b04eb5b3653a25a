import { createPublicClient, createWalletClient, http, publicActions } from 'viem'
import { describe, expect, test } from 'vitest'
import { startAnvil } from '../../devnet/src/rpc/testing/anvil.js'
import { inferenceAbi } from './abis.js'
import { inferenceAddress } from './addresses.js'
import { lockstep } from './chains.js'
import { inferenceActions } from './decorators/inference.js'
import { InferenceUnavailableError } from './errors/node.js'
import { StalePriceError } from './errors/staleness.js'
import { deployMarket, quoteArgs, quoterAbi, signer, sourceAbi } from './testing/market.js'
import { ids } from './testing/models.js'

function clientOf(url: string) {
  const transport = http(url, { retryCount: 0 })
  return createWalletClient({ account: signer, chain: lockstep, transport, pollingInterval: 20 })
    .extend(publicActions)
    .extend(inferenceActions())
}

/** A real Anvil: a node without inference, on a chain that calls itself the same. */
describe('a node without inference', () => {
  test('writes, decodes and guards all the same; only a model is not to be had', async () => {
    const { url } = await startAnvil()
    const client = clientOf(url)
    const { quoter: address, feed, source } = await deployMarket(client)
    const abi = quoterAbi
    const { timestamp } = await client.getBlock()
    const pushed = await client.inference.writeContractSync({
      address: source,
      abi: sourceAbi,
      functionName: 'push',
      args: [2000_00000000n, timestamp],
    })
    expect(pushed.receipt.status).toBe('success')
    const set = { address, abi, functionName: 'set', args: [7n] } as const
    const { result, inferences } = await client.inference.writeContractSync(set)
    expect({ result, inferences }).toEqual({ result: 8n, inferences: [] })
    const quote = { address, abi, functionName: 'quote', args: quoteArgs, observe: feed } as const
    const call = client.inference.writeContractSync(quote)
    await expect(call).rejects.toBeInstanceOf(InferenceUnavailableError)
    const stale = { address: source, abi: sourceAbi, functionName: 'push', args: [1n, 1n] } as const
    await client.inference.writeContractSync(stale)
    const observing = client.inference.observeFeed({ feed })
    await expect(observing).rejects.toBeInstanceOf(StalePriceError)
  })

  test('error: what only a Lockstep node serves', async () => {
    const { url } = await startAnvil()
    const client = createPublicClient({ transport: http(url) }).extend(inferenceActions())
    const infer = client.inference.infer({ model: ids.double, x: [1n] })
    await expect(infer).rejects.toBeInstanceOf(InferenceUnavailableError)
    await expect(client.inference.getModels()).rejects.toBeInstanceOf(InferenceUnavailableError)
    const call = { address: inferenceAddress, abi: inferenceAbi, functionName: 'infer' } as const
    const read = client.readContract({ ...call, args: [ids.double, [1n]] })
    await expect(read).rejects.toThrow('returned no data')
  })
})
