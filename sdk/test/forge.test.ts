import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createDevnet, type Devnet } from '@lockstep/devnet'
import { defaultGasTable } from '@lockstep/precompile'
import { type Address, createPublicClient, http, parseAbi } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestClient } from '../src/testing/client.js'
import { graphs } from './graphs.js'
import { modelConstants, modelConstantsFile } from './modelConstants.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const forge = fileURLToPath(new URL('../../node_modules/.bin/forge', import.meta.url))
const timeout = 300_000
const allPassed = /[1-9]\d* tests passed, 0 failed, 0 skipped/

let devnet: Devnet

beforeAll(async () => {
  devnet = await createDevnet({ port: 0, models: Object.values(graphs) })
  const client = createTestClient(devnet.url)
  await client.inference.deployModelSync({ bytes: graphs.affine, name: 'affine-v1' })
})
afterAll(() => devnet.close())

/** Runs forge in this repository. Its npm wrapper exits with 0 whatever happened: the output tells. */
async function run(rpcUrl: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, LOCKSTEP_RPC_URL: rpcUrl, NO_COLOR: '1' }
  const { stdout, stderr } = await promisify(execFile)(forge, [...args, '--root', root], { env })
  return stdout + stderr
}

describe('forge test', () => {
  test('finds the models under the ids that the contracts pin', async () => {
    expect(await readFile(modelConstantsFile, 'utf8')).toBe(modelConstants())
  })

  test(
    'passes every suite with real inference',
    async () => {
      const output = await run(devnet.url, 'test')
      expect(output).toMatch(/Ran 10 test suites.*: \d+ tests passed, 0 failed, 0 skipped/)
    },
    timeout,
  )

  test(
    'passes on a fork of the devnet, where the registry is the real one',
    async () => {
      const args = ['--match-path', 'sdk/test/Inference.t.sol', '--fork-url', devnet.url]
      const output = await run(devnet.url, 'test', ...args, '--no-match-test', 'testFuzz')
      expect(output).toMatch(allPassed)
    },
    timeout,
  )

  test(
    'error: says that no devnet answers, and where',
    async () => {
      const url = 'http://127.0.0.1:1'
      const output = await run(url, 'test', '--match-path', 'sdk/test/Registry.t.sol')
      expect(output).toContain(`Lockstep: no answer from a devnet at ${url}. Start one with`)
    },
    timeout,
  )

  test('no call is priced below what the stand-in assumes', () => {
    expect(defaultGasTable.base).toBeGreaterThanOrEqual(3_000)
    expect(defaultGasTable.word).toBeGreaterThanOrEqual(12)
  })
})

describe('forge script', () => {
  test(
    'broadcasts a transaction that infers',
    async () => {
      const sender = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
      const flags = ['--broadcast', '--skip-simulation', '--unlocked', '--sender', sender]
      const script = 'sdk/test/Store.s.sol:StoreScript'
      const output = await run(devnet.url, 'script', script, '--rpc-url', devnet.url, ...flags)
      expect(output).toContain('ONCHAIN EXECUTION COMPLETE & SUCCESSFUL')
      const client = createPublicClient({ transport: http(devnet.url) })
      const { transactions } = await client.getBlock({ includeTransactions: true })
      const answer = await client.readContract({
        address: transactions[0]?.to as Address,
        abi: parseAbi(['function answer() view returns (int256)']),
        functionName: 'answer',
      })
      expect(answer).toBe(62_500_000_000_000_000n)
    },
    timeout,
  )
})
