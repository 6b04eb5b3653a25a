import { controlsOf } from '@lockstep/example-trading-bot/chain'
import { sendPrice } from '@lockstep/example-trading-bot/feed'
import type { DemoClient } from '@lockstep/example-volatility/client'
import { confirm, execute } from '@lockstep/example-volatility/transaction'
import type { Observation, OnStale } from '@lockstep/sdk'
import { encodeAbiParameters, type Hex, keccak256, parseEther, parseEventLogs, toHex } from 'viem'
import { hookAbi, managerAbi, routerAbi } from './abis.js'
import { type Exchange, rootPrice } from './deploy.js'

const DAY_SECONDS = 86_400
const PATIENCE_SECONDS = 600n
/** Where the pool manager keeps its pools. */
const POOLS_SLOT = 6n
const ROOT_BITS = (1n << 160n) - 1n
/** Swaps end there at the latest; the manager wants a limit within these. */
const LOWEST_ROOT = 4295128740n
const HIGHEST_ROOT = 1461446703485210103287273052203988822378723970341n
const AMPLE = parseEther('100000000')

const keyType = {
  type: 'tuple',
  components: [
    { type: 'address', name: 'currency0' },
    { type: 'address', name: 'currency1' },
    { type: 'uint24', name: 'fee' },
    { type: 'int24', name: 'tickSpacing' },
    { type: 'address', name: 'hooks' },
  ],
} as const

const observationType = {
  type: 'tuple',
  components: [
    { type: 'int256', name: 'value' },
    { type: 'uint8', name: 'decimals' },
    { type: 'uint80', name: 'roundId' },
    { type: 'uint64', name: 'time' },
    { type: 'uint64', name: 'blockNumber' },
  ],
} as const

/** Lets a day begin at another price: the feed says it, and the pool stays where it was. */
export async function nextDay(client: DemoClient, exchange: Exchange, price: number) {
  await controlsOf(client).increaseTime({ seconds: DAY_SECONDS })
  await confirm(client, await sendPrice(client, exchange, price))
}

/** Lets the hook take in the day's close. */
export async function recordClose(client: DemoClient, { hook }: Exchange): Promise<void> {
  await execute(client, { address: hook, abi: hookAbi, functionName: 'recordClose' })
}

/** What somebody with an eye on both does: trades until the pool has the price of the feed. */
export async function arbitrage(client: DemoClient, exchange: Exchange, price: number) {
  const { router, key } = exchange
  const wanted = rootPrice(exchange, price)
  const current = await readRoot(client, exchange)
  if (wanted === current) return
  const params = {
    zeroForOne: wanted < current,
    amountSpecified: -AMPLE,
    sqrtPriceLimitX96: wanted,
  }
  const swap = { address: router, abi: routerAbi, functionName: 'swap' } as const
  await execute(client, { ...swap, args: [key, params, 0n, '0x'] })
}

async function readRoot(client: DemoClient, { manager, key }: Exchange): Promise<bigint> {
  const id = keccak256(encodeAbiParameters([keyType], [key]))
  const slot = keccak256(`${id}${toHex(POOLS_SLOT, { size: 32 }).slice(2)}`)
  const read = { address: manager, abi: managerAbi, functionName: 'extsload' } as const
  return BigInt(await client.readContract({ ...read, args: [slot] })) & ROOT_BITS
}

/** How a swap is sent. */
export interface SwapOptions {
  /** What the trader saw; default: the feed is observed first. */
  readonly observation?: Observation
  readonly onStale?: OnStale
}

/**
 * Gives dollars for the index, if the price is still what the trader saw.
 * @throws PriceMovedError, StalePriceError and the other errors of the guards
 */
export async function swapDollars(
  client: DemoClient,
  exchange: Exchange,
  dollars: bigint,
  options: SwapOptions = {},
) {
  const { router, key, dollar, feed } = exchange
  const zeroForOne = key.currency0 === dollar
  const params = {
    zeroForOne,
    amountSpecified: -dollars,
    sqrtPriceLimitX96: zeroForOne ? LOWEST_ROOT : HIGHEST_ROOT,
  }
  const { timestamp } = await client.getBlock({ blockTag: 'pending' })
  const outcome = await client.inference.writeContractSync({
    address: router,
    abi: routerAbi,
    functionName: 'swap',
    observe: feed,
    args: (seen) => [key, params, 0n, hookData(seen, timestamp + PATIENCE_SECONDS)],
    ...options,
  })
  const { logs } = outcome.receipt
  const [set] = parseEventLogs({ abi: hookAbi, logs, eventName: 'FeeSet' })
  return { ...outcome, amountOut: outcome.result ?? 0n, ...set?.args }
}

/** What the hook checks for the trader. @param deadline the last second at which to swap */
export function hookData(seen: Observation, deadline: bigint): Hex {
  return encodeAbiParameters([observationType, { type: 'uint256' }], [seen, deadline])
}
