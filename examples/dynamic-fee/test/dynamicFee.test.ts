import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createDevnet, type Devnet } from '@lockstep/devnet'
import { controlsOf } from '@lockstep/example-trading-bot/chain'
import { HEARTBEAT_SECONDS, sendPrice } from '@lockstep/example-trading-bot/feed'
import { connect, type DemoClient } from '@lockstep/example-volatility/client'
import { closesUpTo, readDailyPrices, simpleReturns } from '@lockstep/example-volatility/prices'
import { confirm } from '@lockstep/example-volatility/transaction'
import {
  DeadlinePassedError,
  fromWad,
  PriceMovedError,
  StaleBlockError,
  StalePriceError,
  StaleTimeError,
  toTypedError,
  toWad,
} from '@lockstep/sdk'
import { parseEther, toFunctionSelector } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hookAbi, managerAbi, routerAbi } from '../src/abis.js'
import { deployExchange, type Exchange } from '../src/deploy.js'
import { arbitrage, hookData, nextDay, recordClose, swapDollars } from '../src/exchange.js'

const days = readDailyPrices()
const calm = closesUpTo(days, '2017-05-12')
const crash = closesUpTo(days, '2020-03-16')
const dollars = parseEther('1000')

let devnet: Devnet
let client: DemoClient
let exchange: Exchange
let clean: `0x${string}`

beforeAll(async () => {
  devnet = await createDevnet({ port: 0 })
  client = await connect(devnet.url)
  exchange = await deployExchange(client, calm.at(-1) as number)
  clean = await controlsOf(client).snapshot()
})

beforeEach(async () => {
  await controlsOf(client).revert({ id: clean })
  clean = await controlsOf(client).snapshot()
})

afterAll(() => devnet.close())

/** Lives through nine days, and begins another at the last one's price. */
async function live(closes: readonly number[]): Promise<number> {
  for (const close of closes) {
    await nextDay(client, exchange, close)
    await recordClose(client, exchange)
  }
  const price = closes.at(-1) as number
  await nextDay(client, exchange, price)
  await arbitrage(client, exchange, price)
  return price
}
const observe = () => client.inference.observeFeed({ feed: exchange.feed })
const push = async (price: number) => confirm(client, await sendPrice(client, exchange, price))

describe('the fee', () => {
  test.each([
    { name: 'calm', closes: calm },
    { name: 'crash', closes: crash },
  ])('of a swap follows what the model predicts in it: $name', async ({ closes }) => {
    await live(closes)
    const swapped = await swapDollars(client, exchange, dollars)
    const [inference] = swapped.inferences
    const [volatility = 0n] = await client.inference.infer({
      model: exchange.model,
      x: simpleReturns(closes).map(toWad),
    })
    const predicted = Number(fromWad(swapped.volatility ?? 0n))
    expect(predicted).toBeCloseTo(Number(fromWad(volatility)), 6)
    expect(inference).toMatchObject({ model: exchange.model, output: [swapped.volatility] })
    const expected = Math.min(30_000, Math.max(500, Math.floor(300_000 * predicted)))
    expect(swapped.feePips).toBe(expected)
  })

  test('is what the pool takes: the trader gets the price less it', async () => {
    const price = await live(crash)
    const { amountOut, feePips = 0 } = await swapDollars(client, exchange, dollars)
    const ideal = 1000 / price
    const taken = 1 - Number(fromWad(amountOut)) / ideal
    // A thousand of ten million dollars move the price by 0.01 %, and so does the last trade of the arbitrage.
    expect(taken).toBeCloseTo(feePips / 1e6, 3)
    expect(feePips).toBeGreaterThan(10_000)
  })
})

describe('the guards', () => {
  test('error: a price that moved since the trader saw it, through the pool manager', async () => {
    const price = await live(calm)
    const observation = await observe()
    await push(0.98 * price)
    const late = swapDollars(client, exchange, dollars, { observation })
    await expect(late).rejects.toBeInstanceOf(PriceMovedError)
  })

  test('behavior: one percent is allowed, and one that may look again recovers', async () => {
    const price = await live(calm)
    const observation = await observe()
    await push(0.995 * price)
    const { refreshes } = await swapDollars(client, exchange, dollars, { observation })
    expect(refreshes).toBe(0)
    await push(0.95 * price)
    const options = { observation, onStale: { refreshes: 1 } }
    const recovered = await swapDollars(client, exchange, dollars, options)
    expect(recovered.refreshes).toBe(1)
  })

  test('error: five minutes and a second, 26 blocks, or a deadline that passed', async () => {
    await live(calm)
    const observation = await observe()
    await controlsOf(client).mine({ blocks: 26 })
    const old = swapDollars(client, exchange, dollars, { observation })
    await expect(old).rejects.toBeInstanceOf(StaleBlockError)
    await controlsOf(client).increaseTime({ seconds: 301 })
    await controlsOf(client).mine({ blocks: 1 })
    const older = swapDollars(client, exchange, dollars, { observation })
    await expect(older).rejects.toBeInstanceOf(StaleTimeError)
    const { timestamp } = await client.getBlock()
    const late = client.inference.writeContractSync({
      address: exchange.router,
      abi: routerAbi,
      functionName: 'swap',
      args: [exchange.key, params(), 0n, hookData(observation, timestamp - 1n)],
    })
    await expect(late).rejects.toBeInstanceOf(DeadlinePassedError)
  })

  test('error: a feed that nobody updates stops every swap, with or without an observation', async () => {
    await live(calm)
    await controlsOf(client).increaseTime({ seconds: Number(HEARTBEAT_SECONDS) + 1 })
    await controlsOf(client).mine({ blocks: 1 })
    const silent = client
      .simulateContract({
        account: client.account,
        address: exchange.router,
        abi: routerAbi,
        functionName: 'swap',
        args: [exchange.key, params(), 0n, '0x'],
      })
      .catch(toTypedError)
    expect(await silent).toBeInstanceOf(StalePriceError)
  })

  test('error: too few closes for a prediction', async () => {
    await nextDay(client, exchange, calm[0] as number)
    await recordClose(client, exchange)
    await expect(recordClose(client, exchange)).rejects.toThrow('AlreadyRecorded')
    const early = client.readContract({
      address: exchange.hook,
      abi: hookAbi,
      functionName: 'quoteFee',
    })
    await expect(early).rejects.toThrow('TooFewReturns')
  })
})

describe('the hook', () => {
  test('error: takes no pool whose fee is fixed', async () => {
    const initialize = client.simulateContract({
      account: client.account,
      address: exchange.manager,
      abi: managerAbi,
      functionName: 'initialize',
      args: [{ ...exchange.key, fee: 3000 }, 1n << 96n],
    })
    // The manager puts the hook's error in one of its own.
    const reason = toFunctionSelector('FeeNotDynamic(uint24)').slice(2)
    await expect(initialize).rejects.toThrow(reason)
  })

  test('error: answers the pool manager alone', async () => {
    const call = client.simulateContract({
      account: client.account,
      address: exchange.hook,
      abi: hookAbi,
      functionName: 'beforeSwap',
      args: [client.account.address, exchange.key, params(), '0x'],
    })
    await expect(call).rejects.toThrow('NotPoolManager')
  })
})

function params() {
  const zeroForOne = exchange.key.currency0 === exchange.dollar
  const sqrtPriceLimitX96 = zeroForOne ? 4295128740n : (1n << 160n) - (1n << 128n)
  return { zeroForOne, amountSpecified: -dollars, sqrtPriceLimitX96 }
}

test('npm start lives through the turn of 2020, refuses what is stale, and recovers', async () => {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['start', '--silent', '--', '--rpc-url', devnet.url],
    { cwd: fileURLToPath(new URL('..', import.meta.url)) },
  )
  expect(stdout).toMatch(/^2020-03-13 .* 1\.586 % /m)
  expect(stdout).toMatch(/^ {2}refused .* by 200 bps; at most 100 bps are allowed\.$/m)
  expect(stdout).toMatch(/^ {2}swapped {4}after 1 refresh/m)
  expect(stdout).toMatch(/s ago; at most 3600 s are allowed\.$/m)
})
