import { connect, type DemoClient } from '@lockstep/example-volatility/client'
import { onDevnet } from '@lockstep/example-volatility/onDevnet'
import { readDailyPrices, WINDOW } from '@lockstep/example-volatility/prices'
import { fromWad, observationToWad, PriceMovedError } from '@lockstep/sdk'
import { type Bot, deployBot, holdings, nextDay, recordClose, trade } from './bot.js'
import { deployMarket, type Market } from './market.js'
import { overtake } from './overtake.js'

const FROM = '2020-02-14'
const DAYS = 10

await onDevnet(async (rpcUrl) => run(await connect(rpcUrl), await connect(rpcUrl, 1)))

/** The weeks in which the market of 2020 turned, and an order that meets another price than it was made on. */
async function run(client: DemoClient, maker: DemoClient): Promise<void> {
  const prices = readDailyPrices()
  const first = prices.findIndex(({ date }) => date >= FROM)
  const days = prices.slice(first, first + DAYS)
  const history = prices.slice(first - WINDOW, first)
  const market = await deployMarket(maker, history[0]?.close ?? 1)
  const bot = await deployBot(client, market)
  console.log(`Signal  ${bot.model}`)
  console.log(`Bot     ${bot.contract}\n`)
  for (const { close } of history) {
    await nextDay(market, close)
    await recordClose(client, bot)
  }

  console.log(row(['date', 'price', 'share', 'index traded', 'dollars kept', 'gas']))
  for (const { date, close } of days) {
    await nextDay(market, close)
    const { result, receipt } = await trade(client, market, bot)
    const [share = 0n, change = 0n] = result ?? []
    const { dollars } = await holdings(client, market, bot)
    const cells = [percent(share), amount(change, 4), amount(dollars, 2)]
    console.log(row([date, close.toFixed(2), ...cells, receipt.gasUsed.toLocaleString('en')]))
    await recordClose(client, bot)
  }
  const next = prices[first + DAYS]
  if (next) await meetAnotherPrice(client, market, bot, next.close)
}

/** Twice the same accident: once the transaction fails, once the write recovers by itself. */
async function meetAnotherPrice(
  client: DemoClient,
  market: Market,
  bot: Bot,
  price: number,
): Promise<void> {
  await nextDay(market, price)
  const before = await holdings(client, market, bot)
  console.log('\nThe price falls by 3 % in the block that takes the order:')
  const fallen = { price: 0.97 * price, start: () => trade(client, market, bot) }
  const error = await overtake(market, fallen).catch((reason) => reason)
  if (!(error instanceof PriceMovedError)) throw error
  const after = await holdings(client, market, bot)
  const kept = after.index === before.index && after.dollars === before.dollars
  console.log(`  reverted   ${error.shortMessage}`)
  console.log(`             the bot holds ${kept ? 'what it held' : 'something else'}`)

  console.log('It falls by 6 % more, and the write may look again, once:')
  const { result, observation, refreshes } = await overtake(market, {
    price: 0.94 * fallen.price,
    start: () => trade(client, market, bot, { onStale: { refreshes: 1 } }),
  })
  const [share = 0n, change = 0n] = result ?? []
  const seen = observation && amount(observationToWad(observation), 2)
  console.log(`  recovered  after ${refreshes} refresh, at ${seen}`)
  console.log(`             share ${percent(share)}, index traded ${amount(change, 4)}`)
}

function percent(share: bigint): string {
  return `${(100 * Number(fromWad(share))).toFixed(1)} %`
}

function amount(value: bigint, digits: number): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return Number(fromWad(value)).toLocaleString('en', options)
}

function row(cells: readonly string[]): string {
  const widths = [10, 8, 8, 12, 12, 8]
  return cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ')
}
