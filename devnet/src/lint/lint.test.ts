import { describe, expect, test } from 'vitest'
import { SyntaxFaultError } from './errors.js'
import { lintRules } from './rules.js'
import { lint, marked, markedContracts, project, shown } from './testing/project.js'

const bot = `import { inferenceActions } from '@lockstep/sdk'

const GAS = 2n * 250_000n
const MAX_AGE = 86_401

export async function trade(client, address, abi, limit) {
  const guard = {
    maxAgeSeconds: 0, // finds absurd-guard
    maxDeviationBps: 50,
  }
  await client.inference.writeContract({
    address, abi, functionName: 'trade', guard,
    gas: 500_000n, // finds fixed-gas
  })
  await client.writeContract({
    address, abi, functionName: 'trade',
    gas: GAS, // finds fixed-gas
  })
  await client.sendTransaction({
    to: address, data: '0x01',
    gas: BigInt(21000), // finds fixed-gas
  })
  await client.inference.writeContract({
    address, abi, functionName: 'trade',
    guard: {
      maxAgeSeconds: MAX_AGE, // finds absurd-guard
      maxDeviationBps: 10000, // finds absurd-guard
    },
    // lockstep-lint-disable-next-line fixed-gas -- the probe takes this much and no more
    gas: 500_000n,
  })
  await client.inference.writeContract({
    address, abi, functionName: 'trade', gas: limit,
    guard: { maxAgeSeconds: MAX_AGE, maxBlocks: 25, maxDeviationBps: 9_999 },
  })
  await client.sendTransaction({ to: address, value: 1n, gas: 21_000n })
  await client.cache.set({ maxAgeSeconds: 0 })
  const { chain } = client.inference.writeContract({ chain: { gas: 1n } })
}
`

describe('lintProject', () => {
  test('default: finds what the marked lines say, and nothing else', async () => {
    const files = { ...(await markedContracts()), 'src/bot.ts': bot }
    const expected = marked(files).filter((each) => !each.endsWith('unguarded-calldata'))
    const rules = new Set(expected.map((each) => each.split(' ')[1]))
    expect(rules.size).toBe(lintRules.length - 2)
    const { findings } = await lint(await project(files))
    expect(shown(findings)).toEqual(expected)
  })

  test('behavior: what callers give besides prices is looked at when asked for', async () => {
    const { 'contracts/Unguarded.sol': text = '' } = await markedContracts()
    const files = { 'contracts/Unguarded.sol': text }
    const { findings } = await lint(await project(files), { rules: { 'unguarded-calldata': 'on' } })
    expect(shown(findings)).toEqual(marked(files))
  })

  test('behavior: a finding says the place, what is wrong and what to do', async () => {
    const { findings } = await lint(await project({ 'src/bot.ts': bot }))
    expect(findings[1]).toMatchInlineSnapshot(`
      {
        "column": 5,
        "file": "src/bot.ts",
        "line": 13,
        "message": "The gas is fixed at 500000, whatever the model costs.",
        "remedy": "Leave \`gas\` out: viem estimates it, the inference included. To set a budget, take it from client.inference.quote.",
        "rule": "fixed-gas",
      }
    `)
  })

  test('behavior: rules can be turned off, and files left out; tests are left out anyway', async () => {
    const folder = await project({
      'src/bot.ts': bot,
      'src/old/bot.ts': bot,
      'src/bot.test.ts': bot,
      'test/bot.ts': bot,
    })
    const { findings, files } = await lint(folder, {
      rules: { 'fixed-gas': 'off' },
      exclude: ['./src/old/'],
    })
    expect(files).toBe(1)
    expect(new Set(shown(findings).map((each) => each.replace(/:\d+/, '')))).toEqual(
      new Set(['src/bot.ts absurd-guard']),
    )
  })

  test('behavior: a file that has nothing to do with inference is not read', async () => {
    const { findings, files } = await lint(
      await project({ 'a.ts': 'client.writeContract({ gas: 1n ' }),
    )
    expect({ findings, files }).toEqual({ findings: [], files: 1 })
  })

  test('error: a folder that is not there', async () => {
    await expect(lint('/nowhere')).rejects.toThrow(/folder \/nowhere cannot be read/)
  })

  test('error: TypeScript that cannot be parsed is named with its place', async () => {
    const folder = await project({ 'src/bot.ts': "import '@lockstep/sdk'\nconst x = {\n" })
    await expect(lint(folder)).rejects.toThrow(SyntaxFaultError)
    await expect(lint(folder)).rejects.toThrow(/src\/bot\.ts:3:1 '}' expected\.\n.*exclude/)
  })

  test('error: Solidity that does not compile is named with its place', async () => {
    const folder = await project({
      'src/A.sol': 'pragma solidity ^0.8.24;\ncontract A { uint x = ; }',
    })
    await expect(lint(folder)).rejects.toThrow(SyntaxFaultError)
    await expect(lint(folder)).rejects.toThrow(/src\/A\.sol:2:23/)
  })

  test('error: a rule that there is not', async () => {
    const folder = await project({})
    const rules = { 'fixed-gass': 'off' } as never
    await expect(lint(folder, { rules })).rejects.toThrow(
      /sets a rule fixed-gass, which there is not/,
    )
    const setting = { 'fixed-gas': false } as never
    await expect(lint(folder, { rules: setting })).rejects.toThrow(/sets fixed-gas to false/)
  })
})
