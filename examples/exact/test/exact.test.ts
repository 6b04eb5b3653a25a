import { createDevnet, type Devnet } from '@lockstep/devnet'
import { connect, type DemoClient } from '@lockstep/example-volatility/client'
import { createWasmEngine } from '@lockstep/precompile'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digits } from '../src/cases/digits.js'
import { linearRegime, treeRegime, treeSize } from '../src/cases/market.js'
import { volatility, windowTensor } from '../src/cases/volatility.js'
import { type CompiledCase, compileCase } from '../src/compileCase.js'
import {
  deployExactDemo,
  type ExactDemo,
  exactModelsAbi,
  predictVolatility,
  readDigit,
} from '../src/deploy.js'
import { readDigits } from '../src/digits.js'
import { accuracyTable, withTable } from '../src/table.js'

const engine = createWasmEngine({ threads: 1 })
afterAll(() => engine.close())

async function judged(one: Parameters<typeof compileCase>[0]) {
  const { float, exact } = await compileCase(one, engine)
  return one.judge(float, exact)
}

describe('models that lose nothing', () => {
  test.each([treeRegime, linearRegime])('$title decides every held-out day alike', async (one) => {
    const { float, exact, agreement } = await judged(one)
    expect(agreement).toBe('100.00 % decided alike')
    expect(exact).toBe(float)
  })

  test('boosted trees size returns as the float model does, to its own rounding', async () => {
    const { float, exact } = await judged(treeSize)
    expect(exact).toBe(float)
  })
})

describe('models that lose little', () => {
  test('the digit reader stays within half a point', async () => {
    const { float, exact } = await judged(digits)
    expect(Number.parseFloat(float)).toBeGreaterThan(98)
    expect(Math.abs(Number.parseFloat(float) - Number.parseFloat(exact))).toBeLessThan(0.5)
  })

  test('the volatility network stays within a thousandth of itself in 16 bits', async () => {
    const { agreement } = await judged(volatility)
    expect(Number(/at most (\S+) apart/.exec(agreement)?.[1])).toBeLessThan(1e-3)
  })
})

describe('in mined transactions', () => {
  let devnet: Devnet
  let client: DemoClient
  let demo: ExactDemo
  beforeAll(async () => {
    devnet = await createDevnet({ port: 0 })
    client = await connect(devnet.url)
    demo = await deployExactDemo(client, engine)
  })
  afterAll(() => devnet.close())

  test('a contract reads digits that nobody trained on', async () => {
    for (const { pixels, label } of readDigits().test.filter((_, i) => i % 250 === 0)) {
      const { answer } = await readDigit(client, demo.contract, pixels)
      expect(answer).toBe(BigInt(label))
    }
  })

  test('a contract gets the number that the compiled model gives', async () => {
    const returns = [0.012, -0.004, 0.001, -0.009, 0.002, 0.007, -0.015, 0.003]
    const { exact }: CompiledCase = await compileCase(volatility, engine)
    const [expected] = await exact([windowTensor(returns)])
    const { answer } = await predictVolatility(client, demo.contract, returns)
    expect(Number(answer) / 1e18).toBeCloseTo(expected?.[0] as number, 9)
  })

  test('a picture of another size is refused', async () => {
    const call = client.simulateContract({
      address: demo.contract,
      abi: exactModelsAbi,
      functionName: 'readDigit',
      args: [`0x${'00'.repeat(783)}`],
    })
    await expect(call).rejects.toThrow('WrongPicture')
  })
})

test('a page without markers is left alone', () => {
  expect(() => withTable('# Page', accuracyTable([]))).toThrow('<!-- accuracy -->')
})
