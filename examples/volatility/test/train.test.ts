import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { readModel } from '../src/model.js'
import { readDailyPrices } from '../src/prices.js'
import { buildModel } from '../train/build.js'
import { predictVolatility } from '../train/network.js'
import { report } from '../train/report.js'
import { cutSamples } from '../train/samples.js'
import { float32, openBare } from './bareRuntime.js'

const build = buildModel()

describe('the training script', () => {
  test('gives the committed model again, byte for byte', async () => {
    expect(Buffer.from(build.bytes).equals(await readModel())).toBe(true)
  })

  test('gives the scores that the README shows', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    expect(readme).toContain(report(build))
  })

  test('lets no target of one part reach into the next', () => {
    const { training, validation, test } = build.split
    expect(training.at(-1)?.targetEnd.localeCompare(validation[0]?.date ?? '')).toBe(-1)
    expect(validation.at(-1)?.targetEnd.localeCompare(test[0]?.date ?? '')).toBe(-1)
  })
})

describe('the network', () => {
  test('beats every moving average on the held-out years', () => {
    const [network, ...others] = build.evaluation.rows.map((row) => row.scores.test)
    for (const other of others) {
      expect(network?.qlike).toBeLessThan(other.qlike)
      expect(network?.qlikeScaled).toBeLessThan(other.qlikeScaled)
      expect(network?.logMseScaled).toBeLessThan(other.logMseScaled)
      expect(network?.logMaeScaled).toBeLessThan(other.logMaeScaled)
    }
  })

  test('answers in ONNX Runtime as it did in training', async () => {
    const model = await openBare(await readModel())
    for (const { returns } of cutSamples(readDailyPrices()).split.test) {
      const { volatility } = await model.run({ returns: float32(returns, [1, 8]) })
      const expected = predictVolatility(build.parameters, returns)
      expect(Math.abs((volatility?.data[0] as number) / expected - 1)).toBeLessThan(1e-6)
    }
  })

  test('stays positive and finite far outside of its data', async () => {
    const model = await openBare(await readModel())
    const extremes = [
      Array(8).fill(0),
      Array(8).fill(-1),
      Array(8).fill(1),
      [1, -1, 1, -1, 1, -1, 1, -1],
    ]
    for (const returns of extremes) {
      const { volatility } = await model.run({ returns: float32(returns, [1, 8]) })
      expect(volatility?.data[0]).toBeGreaterThan(0)
      expect(volatility?.data[0]).toBeLessThan(10)
    }
  })
})
