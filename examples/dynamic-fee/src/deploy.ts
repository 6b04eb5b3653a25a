import { readFileSync } from 'node:fs'
import { deployFeed, type Feed } from '@lockstep/example-trading-bot/feed'
import { squareRoot } from '@lockstep/example-trading-bot/squareRoot'
import { tokenAbi } from '@lockstep/example-volatility/abi'
import type { DemoClient } from '@lockstep/example-volatility/client'
import { compile } from '@lockstep/example-volatility/compile'
import { readModel } from '@lockstep/example-volatility/model'
import { confirm, deployArtifact, execute } from '@lockstep/example-volatility/transaction'
import { type Address, type Hex, maxUint256, parseEther } from 'viem'
import { managerAbi, routerAbi } from './abis.js'
import { deployHook } from './hook.js'

const CONTRACTS = new URL('../contracts/', import.meta.url)
const SUPPLY = parseEther('1000000000')
const LIQUIDITY_DOLLARS = parseEther('10000000')
/** Says that a hook sets the fee. */
export const DYNAMIC_FEE = 0x800000
const TICK_SPACING = 60
/** The widest range whose ends are multiples of the spacing. */
const WIDEST_TICK = 887_220
const NO_SALT = `0x${'00'.repeat(32)}` as const

/** A pool as the manager names it. */
export interface PoolKey {
  readonly currency0: Address
  readonly currency1: Address
  readonly fee: number
  readonly tickSpacing: number
  readonly hooks: Address
}

/** Where the demonstration lives. */
export interface Exchange extends Feed {
  readonly model: Hex
  readonly manager: Address
  readonly hook: Address
  readonly router: Address
  readonly index: Address
  readonly dollar: Address
  readonly key: PoolKey
}

/** Deploys Uniswap's pool manager, the model, the hook, and a pool with liquidity. @param price dollars for the index */
export async function deployExchange(client: DemoClient, price: number): Promise<Exchange> {
  const { id: model } = await client.inference.deployModelSync({ bytes: await readModel() })
  const { DemoToken } = compile(
    new URL('.', import.meta.resolve('@lockstep/example-volatility/contracts/DemoToken.sol')),
    ['DemoToken'],
  )
  const contracts = compile(CONTRACTS, ['VolatilityFeeHook', 'SwapRouter'])
  const index = await deployArtifact(client, DemoToken, ['Index', 'IDX', SUPPLY])
  const dollar = await deployArtifact(client, DemoToken, ['Dollar', 'USD', SUPPLY])
  const feed = await deployFeed(client)
  const manager = await deployArtifact(client, compileManager(), [client.account.address])
  const hook = await deployHook(client, contracts.VolatilityFeeHook, [manager, model, feed.feed])
  const router = await deployArtifact(client, contracts.SwapRouter, [manager])
  const key = keyOf([index, dollar], hook)
  const exchange = { ...feed, model, manager, hook, router, index, dollar, key }
  await openPool(client, exchange, price)
  return exchange
}

/** The pool manager's source names one older compiler; the text compiled here is the same but for that line. */
function compileManager() {
  const folder = new URL('.', import.meta.resolve('@uniswap/v4-core/src/PoolManager.sol'))
  const sourceOf = (path: string) => {
    if (path === 'solmate/src/auth/Owned.sol') {
      return readFileSync(new URL('vendor/Owned.sol', CONTRACTS), 'utf8')
    }
    if (path !== 'PoolManager.sol') return undefined
    const source = readFileSync(new URL(path, folder), 'utf8')
    return source.replace('pragma solidity 0.8.26;', 'pragma solidity ^0.8.26;')
  }
  return compile(folder, ['PoolManager'], sourceOf).PoolManager
}

function keyOf(tokens: readonly [Address, Address], hooks: Address): PoolKey {
  const [currency0, currency1] = [...tokens].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
  return {
    currency0: currency0 as Address,
    currency1: currency1 as Address,
    fee: DYNAMIC_FEE,
    tickSpacing: TICK_SPACING,
    hooks,
  }
}

async function openPool(client: DemoClient, exchange: Exchange, price: number): Promise<void> {
  const { manager, router, key, index, dollar } = exchange
  const root = rootPrice(exchange, price)
  const initialize = { address: manager, abi: managerAbi, functionName: 'initialize' } as const
  await execute(client, { ...initialize, args: [key, root] })
  for (const address of [index, dollar]) {
    const approval = { address, abi: tokenAbi, functionName: 'approve' } as const
    await confirm(client, await client.writeContract({ ...approval, args: [router, maxUint256] }))
  }
  const liquidityDelta =
    key.currency1 === dollar ? (LIQUIDITY_DOLLARS << 96n) / root : (LIQUIDITY_DOLLARS * root) >> 96n
  const range = { tickLower: -WIDEST_TICK, tickUpper: WIDEST_TICK, liquidityDelta, salt: NO_SALT }
  const provide = { address: router, abi: routerAbi, functionName: 'provide' } as const
  await execute(client, { ...provide, args: [key, range] })
}

/** The square root of the pool's price, in 96 bits of fraction, at a price of the index in dollars. */
export function rootPrice({ key, index }: Exchange, price: number): bigint {
  const dollars = parseEther(price.toFixed(8))
  const wad = parseEther('1')
  const [amount1, amount0] = key.currency0 === index ? [dollars, wad] : [wad, dollars]
  return squareRoot((amount1 << 192n) / amount0)
}
