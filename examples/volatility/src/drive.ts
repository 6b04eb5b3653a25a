import { type Hex, parseEther, parseEventLogs } from 'viem'
import { poolAbi } from './abi.js'
import type { DemoClient } from './client.js'
import { pushPrice, type VolatilityDemo } from './deploy.js'
import { type DailyPrice, simpleReturns, WINDOW } from './prices.js'
import { confirm } from './transaction.js'

/** What each day's trader brings. */
const SWAP_DOLLARS = parseEther('1000')
/** Days that realised volatility looks ahead, as the model does. */
const HORIZON_DAYS = 5

/** A stretch of the market to live through. */
export interface Episode {
  readonly name: string
  /** First and last trading day, ISO dates. */
  readonly from: string
  readonly to: string
}

/** A quiet spring, and the crash three years later; the network saw neither in training. */
export const EPISODES: readonly Episode[] = [
  { name: 'calm', from: '2017-05-01', to: '2017-05-12' },
  { name: 'crash', from: '2020-03-04', to: '2020-03-20' },
]

/** What one swap of the day paid, and what the market did next. */
export interface Day {
  readonly date: string
  readonly close: number
  /** From the swap's event: daily volatility, WAD. */
  readonly volatility: bigint
  /** Root mean squared return of the next five days, as a fraction. */
  readonly realised: number
  /** Hundredths of a basis point. */
  readonly feePips: number
  readonly amountOut: bigint
  readonly gasUsed: bigint
  readonly hash: Hex
}

/**
 * Lives through an episode: each evening the keeper pushes the close, then someone swaps.
 * @param prices the whole series; the nine closes up to the first day fill the window
 */
export async function* driveEpisode(
  client: DemoClient,
  demo: VolatilityDemo,
  prices: readonly DailyPrice[],
  episode: Episode,
): AsyncGenerator<Day> {
  const first = prices.findIndex((day) => day.date >= episode.from)
  for (const day of prices.slice(first - WINDOW, first))
    await pushPrice(client, demo.contractAddress, day.close)
  for (let i = first; (prices[i]?.date ?? '9') <= episode.to; i++) {
    const { date, close } = prices[i] as DailyPrice
    await pushPrice(client, demo.contractAddress, close)
    yield { date, close, realised: realisedVolatility(prices, i), ...(await swap(client, demo)) }
  }
}

async function swap(client: DemoClient, { contractAddress, tokens }: VolatilityDemo) {
  const hash = await client.writeContract({
    address: contractAddress,
    abi: poolAbi,
    functionName: 'swap',
    args: [tokens.dollar, SWAP_DOLLARS, 0n],
  })
  const { logs, gasUsed } = await confirm(client, hash)
  const [event] = parseEventLogs({ abi: poolAbi, eventName: 'Swapped', logs, strict: true })
  if (!event) throw new Error(`Transaction ${hash} emitted no Swapped event.`)
  const { volatility, feePips, amountOut } = event.args
  return { hash, gasUsed, volatility, feePips, amountOut }
}

function realisedVolatility(prices: readonly DailyPrice[], day: number): number {
  const next = simpleReturns(prices.slice(day, day + HORIZON_DAYS + 1).map((p) => p.close))
  return Math.sqrt(next.reduce((sum, r) => sum + r * r, 0) / next.length)
}
