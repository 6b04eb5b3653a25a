import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createDevnet, type Devnet } from '@lockstep/devnet'
import type { MarketDay } from '@lockstep/example-exact/market'
import { tokenAbi } from '@lockstep/example-volatility/abi'
import { connect, type DemoClient } from '@lockstep/example-volatility/client'
import { execute } from '@lockstep/example-volatility/transaction'
import { createWasmEngine, type Engine, readModel } from '@lockstep/precompile'
import { fromWad } from '@lockstep/sdk'
import { type Address, parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deployLoans, type Loans, loansAbi, openLoan, pushCloses } from '../src/loans.js'
import { closesUpTo, goesUnder, readLoanDays } from '../src/market.js'
import { modelUrl, tensorOf } from '../src/model.js'
import { buildScore } from '../train/build.js'

const held = readLoanDays().test
const calm = held.find(({ date }) => date >= '2017-05-08') as MarketDay
const crash = held.find(({ date }) => date >= '2020-03-16') as MarketDay
const collateral = parseEther('1')

let devnet: Devnet
let engine: Engine
let client: DemoClient
let loans: Loans

beforeAll(async () => {
  devnet = await createDevnet({ port: 0 })
  engine = createWasmEngine({ threads: 1 })
  client = await connect(devnet.url)
  loans = await deployLoans(client, engine)
})

afterAll(async () => {
  await engine.close()
  await devnet.close()
})

const read = (functionName: 'features' | 'score' | 'MAX_SCORE') =>
  client.readContract({ address: loans.contract, abi: loansAbi, functionName })
const balance = (token: Address) =>
  client.readContract({
    address: token,
    abi: tokenAbi,
    functionName: 'balanceOf',
    args: [client.account.address],
  })
const act = (functionName: 'repay' | 'seize', id: bigint) =>
  execute(client, { address: loans.contract, abi: loansAbi, functionName, args: [id] })

/** What the float model says, by bare tensors. */
async function scoreOf(day: MarketDay): Promise<number> {
  const model = readModel(await readFile(modelUrl))
  const [score] = await engine.run(model, [tensorOf(day.features)])
  return new Float32Array((score?.data ?? new Uint8Array()).slice().buffer)[0] as number
}

describe('the score', () => {
  test('is an exact model', async () => {
    expect((await client.inference.getModel({ model: loans.model })).class).toBe('exact')
  })

  test.each([calm, crash])(
    'on $date stands on the features that it was trained on',
    async (day) => {
      await pushCloses(client, loans, day)
      const features = (await read('features')) as readonly bigint[]
      expect(features).toHaveLength(day.features.length)
      for (const [i, feature] of features.entries()) {
        expect(Number(fromWad(feature))).toBeCloseTo(day.features[i] as number, 7)
      }
    },
  )

  test.each([calm, crash])('on $date loses nothing by being exact', async (day) => {
    await pushCloses(client, loans, day)
    const score = Number(fromWad((await read('score')) as bigint))
    expect(score).toBeCloseTo(await scoreOf(day), 5)
  })

  test('is the committed one, trained again', async () => {
    expect(Buffer.from(buildScore()).equals(await readFile(modelUrl))).toBe(true)
  })

  test('tells good days from bad on the years that it never saw, as the README says', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const maxScore = Number(fromWad((await read('MAX_SCORE')) as bigint))
    const groups = { lent: [] as MarketDay[], refused: [] as MarketDay[] }
    for (const day of held) {
      groups[(await scoreOf(day)) <= maxScore ? 'lent' : 'refused'].push(day)
    }
    for (const [name, days] of Object.entries(groups)) {
      const losses = `${((100 * days.filter(goesUnder).length) / days.length).toFixed(1)} %`
      expect(readme.replace(/ +/g, ' ')).toContain(`| ${name} | ${days.length} | ${losses} |`)
    }
  })
})

describe('a loan', () => {
  test('on a calm day is open, repaid, and leaves everybody what they had', async () => {
    await pushCloses(client, loans, calm)
    const before = [await balance(loans.collateral), await balance(loans.dollar)]
    const debt = parseEther('2000')
    const { id, score } = await openLoan(client, loans, { collateral, debt })
    expect(score).toBe(await read('score'))
    expect(await balance(loans.dollar)).toBe((before[1] as bigint) + debt)
    await act('repay', id)
    expect([await balance(loans.collateral), await balance(loans.dollar)]).toEqual(before)
    await expect(act('repay', id)).rejects.toThrow('NotBorrower')
  })

  test('error: in a crash nothing is lent, however little', async () => {
    await pushCloses(client, loans, crash)
    const asked = openLoan(client, loans, { collateral, debt: 1n })
    await expect(asked).rejects.toThrow('TooRisky')
  })

  test('error: more than 95 % of the price, by one', async () => {
    await pushCloses(client, loans, calm)
    const [close = 0] = closesUpTo(calm, 1)
    const most = (parseEther(close.toFixed(6)) * 95n) / 100n
    const asked = openLoan(client, loans, { collateral, debt: most + 1n })
    await expect(asked).rejects.toThrow('TooMuchDebt')
    const { id } = await openLoan(client, loans, { collateral, debt: most })
    await act('repay', id)
  })

  test('is seized when its collateral is worth less, and not before', async () => {
    await pushCloses(client, loans, calm)
    const [close = 0] = closesUpTo(calm, 1)
    const debt = (parseEther(close.toFixed(6)) * 95n) / 100n
    const { id } = await openLoan(client, loans, { collateral, debt })
    await expect(act('seize', id)).rejects.toThrow('StillCovered')
    const fallen = [BigInt(Math.floor(close * 1e6 * 0.94))]
    await execute(client, {
      address: loans.contract,
      abi: loansAbi,
      functionName: 'pushCloses',
      args: [fallen],
    })
    const had = await balance(loans.collateral)
    await act('seize', id)
    expect(await balance(loans.collateral)).toBe(had + collateral)
  })

  test('error: none before there are enough closes', async () => {
    const young = await deployLoans(client, engine)
    await pushCloses(client, young, calm, 60)
    await expect(openLoan(client, young, { collateral, debt: 1n })).rejects.toThrow('TooFewCloses')
  })
})

test('npm start lives through the turn of 2020', async () => {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['start', '--silent', '--', '--rpc-url', devnet.url],
    { cwd: fileURLToPath(new URL('..', import.meta.url)) },
  )
  expect(stdout).toMatch(/^2020-02-05 .* open, [\d,]+ gas /m)
  expect(stdout).toMatch(/^2020-03-16 .* TooRisky /m)
})
