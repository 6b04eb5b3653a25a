import { tokenAbi } from '@lockstep/example-volatility/abi'
import type { DemoClient } from '@lockstep/example-volatility/client'
import { compile } from '@lockstep/example-volatility/compile'
import { confirm, deployArtifact } from '@lockstep/example-volatility/transaction'
import { type Address, type Hex, maxUint256, parseEther } from 'viem'
import { poolAbi } from './abis.js'
import { deployFeed, type Feed, sendPrice } from './feed.js'
import { squareRoot } from './squareRoot.js'

const CONTRACTS = new URL('../contracts/', import.meta.url)
const SUPPLY = parseEther('1000000000')
const LIQUIDITY_DOLLARS = parseEther('100000000')
const WAD = parseEther('1')

/** An index token and dollars, a pool of both, a source of the price, and the guarded feed before it. */
export interface Market extends Feed {
  readonly index: Address
  readonly dollar: Address
  readonly pool: Address
  /** Moves the price, and the pool with it. */
  readonly maker: DemoClient
}

/** Deploys a market. @param price of the index in dollars, to begin with */
export async function deployMarket(maker: DemoClient, price: number): Promise<Market> {
  const { ConstantProductPool } = compile(CONTRACTS, ['ConstantProductPool'])
  const { DemoToken } = compile(
    new URL('.', import.meta.resolve('@lockstep/example-volatility/contracts/DemoToken.sol')),
    ['DemoToken'],
  )
  const index = await deployArtifact(maker, DemoToken, ['Index', 'IDX', SUPPLY])
  const dollar = await deployArtifact(maker, DemoToken, ['Dollar', 'USD', SUPPLY])
  const pool = await deployArtifact(maker, ConstantProductPool, [index, dollar])
  const market = { index, dollar, pool, ...(await deployFeed(maker)), maker }
  for (const address of [index, dollar]) {
    const approval = { address, abi: tokenAbi, functionName: 'approve' } as const
    await confirm(maker, await maker.writeContract({ ...approval, args: [pool, maxUint256] }))
  }
  const amounts = [(LIQUIDITY_DOLLARS * WAD) / toWadPrice(price), LIQUIDITY_DOLLARS] as const
  const provide = { address: pool, abi: poolAbi, functionName: 'provide' } as const
  await confirm(maker, await maker.writeContract({ ...provide, args: amounts }))
  await moveMarket(market, price)
  return market
}

/** Lets the price be another: at its source, and in the pool, where somebody trades until it is there. */
export async function moveMarket(market: Market, price: number): Promise<void> {
  for (const hash of await sendMove(market, price)) await confirm(market.maker, hash)
}

/** As `moveMarket`, for transactions that wait in the pool of the node. @param tip for a place at the head of the block */
export async function sendMove(market: Market, price: number, tip: Tip = {}): Promise<Hex[]> {
  const { maker, pool } = market
  const pushed = await sendPrice(maker, market, price, tip)
  const swap = { ...tip, address: pool, abi: poolAbi, functionName: 'swap' } as const
  const swapped = await maker.writeContract({
    ...swap,
    args: [...(await orderTo(market, price)), 0n],
  })
  return [pushed, swapped]
}

interface Tip {
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
}

/** What to give the pool, and how much of it, so that its price is another. The fee keeps it a little behind. */
async function orderTo(
  { maker, pool, index, dollar }: Market,
  price: number,
): Promise<readonly [Address, bigint]> {
  const read = { address: pool, abi: poolAbi, functionName: 'reserves' } as const
  const [held, dollars] = await Promise.all([
    maker.readContract({ ...read, args: [index] }),
    maker.readContract({ ...read, args: [dollar] }),
  ])
  // The reserves of the same product whose ratio is the price.
  const surplus = squareRoot((held * dollars * WAD) / toWadPrice(price)) - held
  return surplus > 0n ? [index, surplus] : [dollar, (-surplus * toWadPrice(price)) / WAD]
}

function toWadPrice(price: number): bigint {
  return parseEther(price.toFixed(8))
}
