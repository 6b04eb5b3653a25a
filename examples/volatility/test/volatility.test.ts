import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createDevnet, type Devnet } from '@lockstep/devnet'
import { ModelNotFoundError, ModelRefusedError, ShapeMismatchError } from '@lockstep/sdk'
import { keccak256 } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { poolAbi } from '../src/abi.js'
import { connect, type DemoClient } from '../src/client.js'
import { deployVolatilityDemo, type VolatilityDemo } from '../src/deploy.js'
import { type Day, driveEpisode, EPISODES } from '../src/drive.js'
import { readModel } from '../src/model.js'
import { readDailyPrices } from '../src/prices.js'
import { float32, openBare } from './bareRuntime.js'
import { float32OfWad, wadOfFloat32 } from './fixedPoint.js'

const example = fileURLToPath(new URL('..', import.meta.url))
const prices = readDailyPrices()

let devnet: Devnet
let client: DemoClient
let demo: VolatilityDemo
/** What the demonstration predicted as soon as it was deployed. */
let atFirst: bigint
const calm: Evening[] = []
const crash: Evening[] = []

/** A day that was lived through, and what the model was given for its swap. */
interface Evening extends Day {
  readonly returns: readonly bigint[]
}

beforeAll(async () => {
  devnet = await createDevnet({ port: 0 })
  client = await connect(devnet.url)
  demo = await deployVolatilityDemo({ rpcUrl: devnet.url })
  const pool = { address: demo.contractAddress, abi: poolAbi } as const
  atFirst = await client.readContract({ ...pool, functionName: 'predictedVolatility' })
  for (const episode of EPISODES)
    for await (const day of driveEpisode(client, demo, prices, episode)) {
      const returns = await client.readContract({ ...pool, functionName: 'lastReturns' })
      const evenings = episode.name === 'calm' ? calm : crash
      evenings.push({ ...day, returns })
    }
})

afterAll(() => devnet.close())

describe('the deployed demonstration', () => {
  test('predicts right after it was deployed', async () => {
    expect(demo.modelId).toBe(keccak256(await readModel()))
    expect(atFirst).toBeGreaterThan(10n ** 15n)
    expect(atFirst).toBeLessThan(10n ** 17n)
  })

  test('gives each swap the volatility that ONNX Runtime alone gives, to the last bit', async () => {
    const model = await openBare(await readModel())
    for (const { returns, volatility } of [...calm, ...crash]) {
      const answer = await model.run({ returns: float32(returns.map(float32OfWad), [1, 8]) })
      expect(volatility).toBe(wadOfFloat32(answer.volatility?.data[0] as number))
    }
    expect([calm.length, crash.length]).toEqual([10, 13])
  })

  test('charges every swap for the volatility of its own transaction', () => {
    for (const { volatility, feePips } of [...calm, ...crash]) {
      const pips = (volatility * 300_000n) / 10n ** 18n
      expect(BigInt(feePips)).toBe(pips < 500n ? 500n : pips > 30_000n ? 30_000n : pips)
    }
  })

  test('charges more on every day of the crash than on any day of the calm', () => {
    const dearestCalm = Math.max(...calm.map((day) => day.feePips))
    expect(Math.min(...crash.map((day) => day.feePips))).toBeGreaterThan(2 * dearestCalm)
  })
})

describe('the deployed model', () => {
  test('error: refuses seven returns', async () => {
    const call = client.inference.infer({ model: demo.modelId, x: Array(7).fill(0n) })
    await expect(call).rejects.toBeInstanceOf(ShapeMismatchError)
  })

  test('error: is not found under another id', async () => {
    const call = client.inference.infer({ model: keccak256('0x00'), x: Array(8).fill(0n) })
    await expect(call).rejects.toBeInstanceOf(ModelNotFoundError)
  })

  test('error: is not deployed from a file cut short', async () => {
    const bytes = (await readModel()).slice(0, 1000)
    const deployment = client.inference.deployModelSync({ bytes })
    await expect(deployment).rejects.toBeInstanceOf(ModelRefusedError)
  })
})

describe('the commands', () => {
  const run = promisify(execFile)

  test('forge test passes with real inference', async () => {
    const forge = fileURLToPath(new URL('../../../node_modules/.bin/forge', import.meta.url))
    const { stdout } = await run(forge, ['test'], {
      cwd: example,
      env: { ...process.env, LOCKSTEP_RPC_URL: devnet.url },
    })
    expect(stdout).toMatch(/ 0 failed, 0 skipped/)
  })

  test('npm start prints both episodes and a summary', async () => {
    const { stdout } = await run('npm', ['start', '--silent', '--', '--rpc-url', devnet.url], {
      cwd: example,
    })
    expect(stdout).toMatch(/^2017-05-01 .* 0x[0-9a-f]{8}…$/m)
    expect(stdout).toMatch(/^2020-03-16 .* 0x[0-9a-f]{8}…$/m)
    expect(stdout).toMatch(/^calm: predicted .* %; crash: predicted .* %$/m)
  })
})
