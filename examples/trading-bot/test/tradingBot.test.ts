import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createDevnet, type Devnet } from '@lockstep/devnet'
import { FLOAT, node, toOnnx, value } from '@lockstep/example-exact/onnx'
import { connect, type DemoClient } from '@lockstep/example-volatility/client'
import { compile } from '@lockstep/example-volatility/compile'
import { readModel } from '@lockstep/example-volatility/model'
import { closesUpTo, readDailyPrices, simpleReturns } from '@lockstep/example-volatility/prices'
import { deployArtifact } from '@lockstep/example-volatility/transaction'
import {
  DeadlinePassedError,
  fromWad,
  ObservationForgedError,
  PriceMovedError,
  StaleBlockError,
  StalePriceError,
  StaleTimeError,
  TransactionRevertedError,
  toTypedError,
  toWad,
} from '@lockstep/sdk'
import { parseEther } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildSignal, TARGET_VOLATILITY } from '../model/build.js'
import { botAbi, sourceAbi } from '../src/abis.js'
import { type Bot, deployBot, holdings, nextDay, recordClose, trade } from '../src/bot.js'
import { controlsOf } from '../src/chain.js'
import { HEARTBEAT_SECONDS } from '../src/feed.js'
import { deployMarket, type Market, moveMarket } from '../src/market.js'
import { signalUrl } from '../src/model.js'
import { overtake } from '../src/overtake.js'

const days = readDailyPrices()
const calm = closesUpTo(days, '2017-05-12')
const crash = closesUpTo(days, '2020-03-16')

let devnet: Devnet
let client: DemoClient
let maker: DemoClient
let market: Market
let bot: Bot
let clean: `0x${string}`

beforeAll(async () => {
  devnet = await createDevnet({ port: 0 })
  client = await connect(devnet.url)
  maker = await connect(devnet.url, 1)
  market = await deployMarket(maker, calm[0] as number)
  bot = await deployBot(client, market)
  clean = await controlsOf(market.maker).snapshot()
})

beforeEach(async () => {
  await controlsOf(market.maker).revert({ id: clean })
  clean = await controlsOf(market.maker).snapshot()
})

afterAll(() => devnet.close())

/** Lives through eight days, and begins the ninth. */
async function live(closes: readonly number[], watcher = bot): Promise<number> {
  for (const close of closes.slice(0, -1)) {
    await nextDay(market, close)
    await recordClose(client, watcher)
  }
  const now = closes.at(-1) as number
  await nextDay(market, now)
  return now
}
const observe = () => client.inference.observeFeed({ feed: market.feed })
const shareOf = async (price: number) => {
  const { index, dollars } = await holdings(client, market, bot)
  const worth = Number(fromWad(index)) * price
  return worth / (worth + Number(fromWad(dollars)))
}

describe('the signal', () => {
  test('is the committed one, built again, and the one that the devnet brings', async () => {
    const built = Buffer.from(await buildSignal())
    expect(built.equals(await readFile(signalUrl))).toBe(true)
    const demo = new URL('../../../devnet/demo/signal.onnx', import.meta.url)
    expect(built.equals(await readFile(demo))).toBe(true)
  })

  test.each([calm, crash].map((closes) => ({ closes })))(
    'is the target over what the volatility network predicts for $closes',
    async ({ closes }) => {
      const { id } = await client.inference.deployModelSync({ bytes: await readModel() })
      const x = simpleReturns(closes).map(toWad)
      const [volatility = 0n] = await client.inference.infer({ model: id, x })
      const [share = 0n] = await client.inference.infer({
        model: bot.model,
        x: closes.map(toWad),
      })
      const expected = Math.min(1, TARGET_VOLATILITY / Number(fromWad(volatility)))
      expect(Number(fromWad(share))).toBeCloseTo(expected, 4)
    },
  )
})

describe('trade', () => {
  test('holds the index whole on calm days', async () => {
    const price = await live(calm)
    const { result, inferences, events } = await trade(client, market, bot)
    expect(result?.[0]).toBe(parseEther('1'))
    expect(inferences).toHaveLength(1)
    expect(events.map(({ eventName }) => eventName)).toEqual(['Decided'])
    expect(await shareOf(price)).toBeGreaterThan(0.99)
  })

  test('holds in a crash what the model says, and trades no more while that is near', async () => {
    const price = await live(crash)
    const { result: [share = 0n, bought = 0n] = [] } = await trade(client, market, bot)
    expect(bought).toBeGreaterThan(0n)
    expect(share).toBeLessThan(parseEther('0.2'))
    expect(await shareOf(price)).toBeCloseTo(Number(fromWad(share)), 2)
    const again = await trade(client, market, bot)
    expect(again.result?.[1]).toBe(0n)
  })

  test('sells when calm ends', async () => {
    await live(calm)
    await trade(client, market, bot)
    const price = await live(crash)
    const { result: [share = 0n, sold = 0n] = [] } = await trade(client, market, bot)
    expect(sold).toBeLessThan(0n)
    expect(await shareOf(price)).toBeCloseTo(Number(fromWad(share)), 2)
  })

  test('error: a pool that is not where the feed is trades nothing', async () => {
    await live(calm)
    const before = await holdings(client, market, bot)
    const current = await observe()
    await moveMarket(market, 1.03 * (calm.at(-1) as number))
    await maker.writeContract({
      address: market.source,
      abi: sourceAbi,
      functionName: 'push',
      args: [current.value],
    })
    await expect(trade(client, market, bot)).rejects.toThrow('TooLittleOut')
    expect(await holdings(client, market, bot)).toEqual(before)
  })

  test('error: who is not the owner, and too few closes', async () => {
    await nextDay(market, calm[0] as number)
    await expect(trade(maker, market, bot)).rejects.toThrow('NotOwner')
    await expect(trade(client, market, bot)).rejects.toThrow('TooFewCloses')
  })

  test('error: another kind of model', async () => {
    const bytes = toOnnx({
      name: 'sum',
      nodes: [node('ReduceSum', ['prices'], ['sum'])],
      inputs: [value('prices', FLOAT, [1, 9])],
      outputs: [value('sum', FLOAT, [1, 1])],
      metadata: {},
    })
    const { id } = await client.inference.deployModelSync({ bytes })
    const { TradingBot } = compile(new URL('../contracts/', import.meta.url), ['TradingBot'])
    const { feed, pool, index, dollar } = market
    const args = [id, feed, pool, index, dollar]
    const wrong = { model: id, contract: await deployArtifact(client, TradingBot, args) }
    await live(calm, wrong)
    await expect(trade(client, market, wrong)).rejects.toThrow('InvalidSignal')
  })
})

describe('recordClose', () => {
  test('error: twice on one day', async () => {
    await nextDay(market, calm[0] as number)
    await recordClose(client, bot)
    await expect(recordClose(maker, bot)).rejects.toThrow('AlreadyRecorded')
  })

  test('error: a feed that nobody updates', async () => {
    await nextDay(market, calm[0] as number)
    await controlsOf(market.maker).increaseTime({ seconds: Number(HEARTBEAT_SECONDS) + 1 })
    await controlsOf(market.maker).mine({ blocks: 1 })
    const refused = recordClose(client, bot).catch(toTypedError)
    expect(await refused).toBeInstanceOf(StalePriceError)
  })
})

describe('a stale order', () => {
  test('reverts in its block when the price moved there, and leaves all as it was', async () => {
    const price = await live(calm)
    const before = await holdings(client, market, bot)
    const start = () => trade(client, market, bot)
    const error = await overtake(market, { price: 0.97 * price, start }).catch((reason) => reason)
    expect(error).toBeInstanceOf(PriceMovedError)
    expect(error).toMatchObject({ movedBps: 300n, maxDeviationBps: 50n })
    expect(error.cause).toBeInstanceOf(TransactionRevertedError)
    expect(await holdings(client, market, bot)).toEqual(before)
  })

  test('recovers when it may look again', async () => {
    const price = await live(calm)
    const start = () => trade(client, market, bot, { onStale: { refreshes: 1 } })
    const outcome = await overtake(market, { price: 0.97 * price, start })
    expect(outcome.refreshes).toBe(1)
    expect(outcome.observation).toEqual(
      expect.objectContaining({ value: BigInt(Math.round(0.97 * price * 1e8)) }),
    )
    expect(outcome.result?.[1]).toBeGreaterThan(0n)
  })

  test('error: five minutes and a second, 26 blocks, or a deadline that passed', async () => {
    await live(calm)
    const seen = await observe()
    const chain = controlsOf(market.maker)
    await chain.mine({ blocks: 26 })
    const old = trade(client, market, bot, { observation: seen })
    await expect(old).rejects.toBeInstanceOf(StaleBlockError)
    await chain.increaseTime({ seconds: 301 })
    await chain.mine({ blocks: 1 })
    const older = trade(client, market, bot, { observation: seen })
    await expect(older).rejects.toBeInstanceOf(StaleTimeError)
    const { timestamp } = await client.getBlock()
    const late = client.inference.writeContractSync({
      address: bot.contract,
      abi: botAbi,
      functionName: 'trade',
      args: [seen, timestamp - 1n],
    })
    await expect(late).rejects.toBeInstanceOf(DeadlinePassedError)
  })

  test('error: a price that the feed never gave', async () => {
    await live(calm)
    const seen = await observe()
    const observation = { ...seen, value: seen.value + 1n }
    const forged = trade(client, market, bot, { observation })
    await expect(forged).rejects.toBeInstanceOf(ObservationForgedError)
  })
})

test('npm start lives through the turn of 2020, reverts, and recovers', async () => {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['start', '--silent', '--', '--rpc-url', devnet.url],
    { cwd: fileURLToPath(new URL('..', import.meta.url)) },
  )
  expect(stdout).toMatch(/^2020-02-14 .* 100\.0 % /m)
  expect(stdout).toMatch(/^ {2}reverted .* by 300 bps; at most 50 bps are allowed\.$/m)
  expect(stdout).toContain('the bot holds what it held')
  expect(stdout).toMatch(/^ {2}recovered {2}after 1 refresh/m)
})
