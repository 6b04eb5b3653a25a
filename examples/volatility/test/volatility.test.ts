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
import { type Day, driveEpisode, EPISODES, type Episode } from '../src/drive.js'
import { readModel } from '../src/model.js'
import { readDailyPrices } from '../src/prices.js'
import { float32, openBare } from './bareRuntime.js'
import { float32OfWad, wadOfFloat32 } from './fixedPoint.js'

const example = fileURLToPath(new URL('..', import.meta.url))
const prices = readDailyPrices()

let devnet: Devnet
let client: DemoClient
let demo: VolatilityDemo

beforeAll(async () => {
  devnet = await createDevnet({ port: 0 })
  client = await connect(devnet.url)
  demo = await deployVolatilityDemo({ rpcUrl: devnet.url })
})

afterAll(() => devnet.close())

function read<Name extends 'lastReturns' | 'predictedVolatility' | 'quoteFee'>(functionName: Name) {
  return client.readContract({ address: demo.contractAddress, abi: poolAbi, functionName })
}

async function live(name: string): Promise<Day[]> {
  const days: Day[] = []
  const episode = EPISODES.find((candidate) => candidate.name === name) as Episode
  for await (const day of driveEpisode(client, demo, prices, episode)) days.push(day)
  return days
}

describe('the deployed demonstration', () => {
  test('predicts right after it was deployed', async () => {
    expect(demo.modelId).toBe(keccak256(await readModel()))
    const volatility = await read('predictedVolatility')
    expect(volatility).toBeGreaterThan(10n ** 15n)
    expect(volatility).toBeLessThan(10n ** 17n)
  })

  test('gives the volatility that ONNX Runtime alone gives, to the last bit', async () => {
    const model = await openBare(await readModel())
    for (const episode of EPISODES) {
      await live(episode.name)
      const returns = (await read('lastReturns')) as readonly bigint[]
      const answer = await model.run({ returns: float32(returns.map(float32OfWad), [1, 8]) })
      const expected = wadOfFloat32(answer.volatility?.data[0] as number)
      expect(await read('predictedVolatility')).toBe(expected)
    }
  })

  test('charges every swap for the volatility of its own transaction', async () => {
    for (const { volatility, feePips } of await live('crash')) {
      const pips = (volatility * 300_000n) / 10n ** 18n
      expect(BigInt(feePips)).toBe(pips < 500n ? 500n : pips > 30_000n ? 30_000n : pips)
    }
  })

  test('charges more on every day of the crash than on any day of the calm', async () => {
    const calm = (await live('calm')).map((day) => day.feePips)
    const crash = (await live('crash')).map((day) => day.feePips)
    expect(Math.min(...crash)).toBeGreaterThan(2 * Math.max(...calm))
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
    const { stdout } = await run(forge, ['test', '--root', example], {
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
