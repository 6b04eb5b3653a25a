import { beforeAll, describe, expect, test } from 'vitest'
import { observationToWad } from '../observation.js'
import { useDevnet } from '../testing/devnet.js'
import { deployMarket, type Market, sourceAbi } from '../testing/market.js'
import { models } from '../testing/models.js'
import { observeFeed } from './observeFeed.js'

const chain = useDevnet({ models })

let market: Market

beforeAll(async () => {
  market = await deployMarket(chain.client)
})

async function push(answer: bigint, secondsAgo = 0n) {
  const { timestamp } = await chain.client.getBlock()
  const updatedAt = timestamp - secondsAgo
  const call = { address: market.source, abi: sourceAbi, functionName: 'push' } as const
  await chain.client.inference.writeContractSync({ ...call, args: [answer, updatedAt] })
  return updatedAt
}

describe('observeFeed', () => {
  test('default: what the feed gives, as it travels to a contract', async () => {
    const time = await push(2000_12345678n)
    const seen = await observeFeed(chain.client, { feed: market.feed })
    const blockNumber = await chain.client.getBlockNumber({ cacheTime: 0 })
    expect(seen).toEqual({ value: 2000_12345678n, decimals: 8, roundId: 1n, time, blockNumber })
    expect(observationToWad(seen)).toBe(2000_12345678_0000000000n)
  })

  test('behavior: at a block of the past', async () => {
    await push(1000n)
    const blockNumber = await chain.client.getBlockNumber({ cacheTime: 0 })
    await push(1001n)
    const { feed } = market
    const then = await chain.client.inference.observeFeed({ feed, blockNumber })
    expect(then).toMatchObject({ value: 1000n, blockNumber })
    expect((await chain.client.inference.observeFeed({ feed })).value).toBe(1001n)
    expect(await chain.client.inference.observeFeed({ feed, blockTag: 'pending' })).toMatchObject({
      value: 1001n,
    })
  })

  test.each([
    ['zero', 0n, 0n, { name: 'InvalidPriceError', price: 0n }],
    ['old', 1n, 3_601n, { name: 'StalePriceError', ageSeconds: expect.any(BigInt) }],
    ['of the future', 1n, -1_000n, { name: 'FuturePriceError', aheadSeconds: expect.any(BigInt) }],
  ])('error: a price that is %s', async (_, answer, secondsAgo, expected) => {
    await push(answer, secondsAgo)
    const observing = observeFeed(chain.client, { feed: market.feed })
    await expect(observing).rejects.toMatchObject(expected)
  })
})
