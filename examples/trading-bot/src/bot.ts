import { readFile } from 'node:fs/promises'
import { tokenAbi } from '@lockstep/example-volatility/abi'
import type { DemoClient } from '@lockstep/example-volatility/client'
import { compile } from '@lockstep/example-volatility/compile'
import { confirm, deployArtifact, execute } from '@lockstep/example-volatility/transaction'
import type { Observation, OnStale } from '@lockstep/sdk'
import { type Address, type Hex, parseEther } from 'viem'
import { botAbi } from './abis.js'
import { controlsOf } from './chain.js'
import { type Market, moveMarket } from './market.js'
import { signalUrl } from './model.js'

const STAKE_DOLLARS = parseEther('100000')
const DAY_SECONDS = 86_400
/** How long the owner lets a trade wait for its block. */
const PATIENCE_SECONDS = 600n

export interface Bot {
  readonly model: Hex
  readonly contract: Address
}

/** Deploys the signal and the bot, and gives it dollars. */
export async function deployBot(client: DemoClient, market: Market): Promise<Bot> {
  const { id: model } = await client.inference.deployModelSync({ bytes: await readFile(signalUrl) })
  const { TradingBot } = compile(new URL('../contracts/', import.meta.url), ['TradingBot'])
  const { feed, pool, index, dollar, maker } = market
  const contract = await deployArtifact(client, TradingBot, [model, feed, pool, index, dollar])
  const transfer = { address: dollar, abi: tokenAbi, functionName: 'transfer' } as const
  const hash = await maker.writeContract({ ...transfer, args: [contract, STAKE_DOLLARS] })
  await confirm(maker, hash)
  return { model, contract }
}

/** Lets a day begin at another price. */
export async function nextDay(market: Market, price: number): Promise<void> {
  await controlsOf(market.maker).increaseTime({ seconds: DAY_SECONDS })
  await moveMarket(market, price)
}

/** Lets the bot take in the day's close. */
export async function recordClose(client: DemoClient, { contract }: Bot): Promise<void> {
  await execute(client, { address: contract, abi: botAbi, functionName: 'recordClose' })
}

/** How a trade is sent. */
export interface TradeOptions {
  /** What the owner saw; default: the feed is observed first. */
  readonly observation?: Observation
  readonly onStale?: OnStale
}

/**
 * Lets the bot decide and trade, in one transaction.
 * @throws PriceMovedError, StaleTimeError and the other errors of the guard, before it is sent or once it was mined
 */
export async function trade(
  client: DemoClient,
  { feed }: Market,
  { contract }: Bot,
  options: TradeOptions = {},
) {
  const { timestamp } = await client.getBlock({ blockTag: 'pending' })
  return client.inference.writeContractSync({
    address: contract,
    abi: botAbi,
    functionName: 'trade',
    observe: feed,
    args: (seen) => [seen, timestamp + PATIENCE_SECONDS],
    ...options,
  })
}

/** What the bot holds. */
export async function holdings(
  client: DemoClient,
  { index, dollar }: Market,
  { contract }: Bot,
): Promise<{ readonly index: bigint; readonly dollars: bigint }> {
  const read = { abi: tokenAbi, functionName: 'balanceOf', args: [contract] } as const
  const [held, dollars] = await Promise.all([
    client.readContract({ ...read, address: index }),
    client.readContract({ ...read, address: dollar }),
  ])
  return { index: held, dollars }
}
