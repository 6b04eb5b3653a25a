import { controlsOf } from '@lockstep/example-trading-bot/chain'
import { HEARTBEAT_SECONDS, sendPrice } from '@lockstep/example-trading-bot/feed'
import { connect, type DemoClient } from '@lockstep/example-volatility/client'
import { onDevnet } from '@lockstep/example-volatility/onDevnet'
import { readDailyPrices, WINDOW } from '@lockstep/example-volatility/prices'
import { confirm } from '@lockstep/example-volatility/transaction'
import { fromWad, observationToWad, PriceMovedError, StalePriceError } from '@lockstep/sdk'
import { parseEther } from 'viem'
import { deployExchange, type Exchange } from './deploy.js'
import { arbitrage, nextDay, recordClose, swapDollars } from './exchange.js'

const FROM = '2020-02-18'
const DAYS = 20
const EVERY = 2
const SWAP = parseEther('1000')

await onDevnet(async (rpcUrl) => run(await connect(rpcUrl)))

/** The weeks in which the market of 2020 turned; then a swap too late, and a feed that fell silent. */
async function run(client: DemoClient): Promise<void> {
  const prices = readDailyPrices()
  const first = prices.findIndex(({ date }) => date >= FROM)
  const history = prices.slice(first - WINDOW - 1, first)
  const days = prices.slice(first, first + DAYS)
  const exchange = await deployExchange(client, history.at(-1)?.close ?? 1)
  console.log(`Pool manager  ${exchange.manager}`)
  console.log(`Hook          ${exchange.hook}\n`)
  for (const { close } of history) {
    await nextDay(client, exchange, close)
    await recordClose(client, exchange)
  }

  console.log(row(['date', 'price', 'predicted', 'fee', 'index for 1,000', 'gas']))
  for (const [i, { date, close }] of days.entries()) {
    await nextDay(client, exchange, close)
    await arbitrage(client, exchange, close)
    if (i % EVERY === 0) {
      const { volatility = 0n, feePips = 0, ...swapped } = await swapDollars(client, exchange, SWAP)
      const cells = [percent(Number(fromWad(volatility)), 2), percent(feePips / 1e6, 3)]
      const gas = swapped.receipt.gasUsed.toLocaleString('en')
      console.log(row([date, close.toFixed(2), ...cells, digits(swapped.amountOut, 6), gas]))
    }
    await recordClose(client, exchange)
  }
  await comeTooLate(client, exchange, days.at(-1)?.close ?? 1)
}

/** A trader who saw another price, who then may look again; and one who trades on a feed that nobody updates. */
async function comeTooLate(client: DemoClient, exchange: Exchange, price: number): Promise<void> {
  await nextDay(client, exchange, price)
  const observation = await client.inference.observeFeed({ feed: exchange.feed })
  await confirm(client, await sendPrice(client, exchange, 0.98 * price))
  console.log('\nThe price falls by 2 % between a look at it and the swap:')
  const refused = await swapDollars(client, exchange, SWAP, { observation }).catch((e) => e)
  if (!(refused instanceof PriceMovedError)) throw refused
  console.log(`  refused    ${refused.shortMessage}`)
  const onStale = { refreshes: 1 }
  const swapped = await swapDollars(client, exchange, SWAP, { observation, onStale })
  const seen = swapped.observation && digits(observationToWad(swapped.observation), 2)
  console.log(`  swapped    after ${swapped.refreshes} refresh, at ${seen}`)

  await controlsOf(client).increaseTime({ seconds: Number(HEARTBEAT_SECONDS) + 60 })
  await controlsOf(client).mine({ blocks: 1 })
  console.log('The feed falls silent:')
  const silent = await swapDollars(client, exchange, SWAP).catch((e) => e)
  if (!(silent instanceof StalePriceError)) throw silent
  console.log(`  refused    ${silent.shortMessage}`)
}

function percent(fraction: number, places: number): string {
  return `${(100 * fraction).toFixed(places)} %`
}

function digits(value: bigint, places: number): string {
  const options = { minimumFractionDigits: places, maximumFractionDigits: places }
  return Number(fromWad(value)).toLocaleString('en', options)
}

function row(cells: readonly string[]): string {
  const widths = [10, 8, 9, 8, 15, 8]
  return cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ')
}
