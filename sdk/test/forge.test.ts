import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
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
  return runWith({ LOCKSTEP_RPC_URL: rpcUrl }, ...args)
}

async function runWith(
  variables: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<string> {
  const env = { ...process.env, ...variables, NO_COLOR: '1' }
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
      expect(output).toMatch(/Ran 11 test suites.*: \d+ tests passed, 0 failed, 0 skipped/)
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

  test(
    'records answers, passes on them with no node, and fails loudly where one is missing',
    async () => {
      const folder = 'cache/answers'
      await rm(new URL(`../../${folder}`, import.meta.url), { recursive: true, force: true })
      const suites = ['test', '--match-path', 'sdk/test/{Inference,Registry,InferFresh}.t.sol']
      const some = [...suites, '--no-match-test', 'testFuzz|test_infersFromAPrice']
      const recorded = await runWith(
        { LOCKSTEP_RPC_URL: devnet.url, LOCKSTEP_RECORD: folder },
        ...some,
      )
      expect(recorded).toMatch(allPassed)
      const nowhere = { LOCKSTEP_RPC_URL: 'http://127.0.0.1:1', LOCKSTEP_REPLAY: folder }
      const replayed = await runWith(nowhere, ...some)
      expect(replayed).toMatch(/Ran 3 test suites/)
      expect(replayed).toMatch(allPassed)
      const changed = await runWith(nowhere, ...suites, '--match-test', 'test_infersFromAPrice')
      expect(changed).toContain('cache/answers holds no answer to this question')
      expect(changed).toContain('LOCKSTEP_RECORD=cache/answers forge test')
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
