import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createDevnet, type Devnet } from '@lockstep/devnet'
import { tokenAbi } from '@lockstep/example-volatility/abi'
import { connect, type DemoClient } from '@lockstep/example-volatility/client'
import { type Address, createTestClient, http, parseEther } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callbackPoolAbi, oracleAbi } from '../src/abis.js'
import { deployPools, type Pools, pushReturn } from '../src/deploy.js'
import { contractLines } from '../src/lines.js'
import { answerRequest } from '../src/operator.js'
import { cancelSwap, requestSwap, swapInline, swapOf } from '../src/swap.js'

const calm = [0.004, -0.002, 0.003, 0.001, -0.004, 0.002, -0.001, 0.003]
const order = { amountIn: parseEther('1000'), minAmountOut: 0n }
const hour = 3600n

let devnet: Devnet
let client: DemoClient
let time: ReturnType<typeof createTestClient>
let pools: Pools
let operator: Address
let clean: `0x${string}`

beforeAll(async () => {
  devnet = await createDevnet({ port: 0 })
  client = await connect(devnet.url)
  time = createTestClient({ mode: 'anvil', transport: http(devnet.url) })
  operator = (await client.getAddresses())[1] as Address
  pools = await deployPools(client, operator)
  for (const dailyReturn of calm) await pushReturn(client, pools, dailyReturn)
  clean = await time.snapshot()
})

beforeEach(async () => {
  await time.revert({ id: clean })
  clean = await time.snapshot()
})

afterAll(() => devnet.close())

const request = async (minAmountOut = 0n) => {
  const { timestamp } = await client.getBlock()
  return requestSwap(client, pools, { ...order, minAmountOut }, timestamp + hour)
}
const answer = (requested: Awaited<ReturnType<typeof request>>) =>
  answerRequest(client, pools.oracle, operator, requested)
/** A block after it, so that simulations see the new time. */
const passDeadline = async () => {
  await time.increaseTime({ seconds: Number(hour) + 1 })
  await time.mine({ blocks: 1 })
}
const dollars = () =>
  client.readContract({
    address: pools.tokens[1],
    abi: tokenAbi,
    functionName: 'balanceOf',
    args: [client.account.address],
  })

describe('while nothing moves', () => {
  test('both versions swap at the same fee, one in two transactions', async () => {
    const requested = await request()
    expect(swapOf(requested)).toMatchObject({ swapped: undefined, requested: { request: 1n } })
    const callback = swapOf(await answer(requested)).swapped
    const inline = swapOf(await swapInline(client, pools, order)).swapped
    expect(inline?.volatility).toBeGreaterThan(0n)
    expect(callback).toEqual(inline)
  })
})

describe('while the market moves', () => {
  test('the callback charges for returns that are old, the inline swap for those of its block', async () => {
    const before = swapOf(await swapInline(client, pools, order)).swapped
    const requested = await request()
    await pushReturn(client, pools, -0.1)
    const callback = swapOf(await answer(requested)).swapped
    const inline = swapOf(await swapInline(client, pools, order)).swapped
    expect(callback?.volatility).toBe(before?.volatility)
    expect(inline?.feePips).toBeGreaterThan(2 * (callback?.feePips ?? 0))
  })

  test('a bound that no longer holds: paid back after two transactions, or nothing happened', async () => {
    const out = swapOf(await swapInline(client, pools, order)).swapped?.amountOut ?? 0n
    const bound = (out * 996n) / 1000n
    const held = await dollars()
    const requested = await request(bound)
    await swapInline(client, pools, order)
    for (let i = 0; i < 3; i++) {
      const other = await request()
      await answer(other)
    }
    const { swapped, refunded } = swapOf(await answer(requested))
    expect([swapped, refunded?.amountIn]).toEqual([undefined, order.amountIn])
    expect(await dollars()).toBe(held - 4n * order.amountIn)

    for (let i = 0; i < 3; i++) await swapInline(client, pools, order)
    const strict = swapInline(client, pools, { ...order, minAmountOut: bound })
    await expect(strict).rejects.toThrow('TooLittleOut')
    expect(await dollars()).toBe(held - 7n * order.amountIn)
  })
})

describe('while the oracle is silent', () => {
  test('the tokens wait, and come back to the trader only after the deadline', async () => {
    const held = await dollars()
    await request()
    expect(await dollars()).toBe(held - order.amountIn)
    await expect(cancelSwap(client, pools, 1n)).rejects.toThrow('StillWaiting')
    await passDeadline()
    expect(swapOf(await cancelSwap(client, pools, 1n)).refunded?.amountIn).toBe(order.amountIn)
    expect(await dollars()).toBe(held)
  })

  test('an answer that comes after that changes nothing', async () => {
    const requested = await request()
    await passDeadline()
    await cancelSwap(client, pools, 1n)
    const held = await dollars()
    expect(swapOf(await answer(requested))).toMatchObject({
      swapped: undefined,
      refunded: undefined,
    })
    expect(await dollars()).toBe(held)
  })

  test('an answer that comes after the deadline pays back', async () => {
    const requested = await request()
    await passDeadline()
    expect(swapOf(await answer(requested)).refunded?.amountIn).toBe(order.amountIn)
  })
})

describe('who may', () => {
  test('error: only the operator answers, once', async () => {
    const requested = await request()
    await expect(
      answerRequest(client, pools.oracle, client.account.address, requested),
    ).rejects.toThrow('NotOperator')
    await answer(requested)
    await expect(answer(requested)).rejects.toThrow('UnknownRequest')
  })

  test('error: only who asked gives up', async () => {
    await request()
    await passDeadline()
    const cancellation = client.simulateContract({
      account: operator,
      address: pools.callback,
      abi: callbackPoolAbi,
      functionName: 'cancel',
      args: [1n],
    })
    await expect(cancellation).rejects.toThrow('NotTrader')
  })

  test('error: no request without the oracle’s fee', async () => {
    const { timestamp } = await client.getBlock()
    const free = client.simulateContract({
      account: client.account,
      address: pools.callback,
      abi: [...callbackPoolAbi, ...oracleAbi],
      functionName: 'requestSwap',
      args: [pools.tokens[1], order.amountIn, 0n, timestamp + hour],
    })
    await expect(free).rejects.toThrow('FeeTooLow')
  })
})

test('the README counts what is there', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const row = `| contract, lines of code | ${contractLines('CallbackPool')} | ${contractLines('InlinePool')} |`
  expect(readme.replace(/ +/g, ' ')).toContain(row)
})

test('npm start prints the table', async () => {
  const run = promisify(execFile)
  const { stdout } = await run('npm', ['start', '--silent', '--', '--rpc-url', devnet.url], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  })
  expect(stdout).toMatch(/^transactions +2 +1$/m)
  expect(stdout).toMatch(/^volatility that set the fee +1\.59 % +3\.30 %$/m)
})
