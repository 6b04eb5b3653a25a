import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFile } from 'node:fs/promises'
import {
  createEngines,
  createReferenceEngine,
  Dtype,
  type EngineChoice,
  type Engines,
  hashTensors,
  inferenceAbi,
  readModel,
  type Tensor,
} from '@lockstep/precompile'
import { createTestClient, encodeFunctionData, http, publicActions, walletActions } from 'viem'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDevnet, type Devnet } from './devnet.js'
import { devAccounts } from './node/accounts.js'
import { inferenceAddress } from './node/registry.js'

const [sender] = devAccounts({ count: 1 }).map(({ address }) => address)
const GAS = 5_000_000n

/** Processes that this one starts, in order. */
const processes: ChildProcess[] = []
const see = (message: unknown) => {
  processes.push((message as { process: ChildProcess }).process)
}

let bytes: Uint8Array

beforeAll(async () => {
  subscribe('child_process', see)
  bytes = await readFile(new URL('../../precompile/golden/models/digits.onnx', import.meta.url))
})
afterAll(() => unsubscribe('child_process', see))

const image = (seed: number): Tensor => ({
  dtype: Dtype.uint8,
  shape: [1, 1, 28, 28],
  data: Uint8Array.from({ length: 784 }, (_, i) => (i * 37 + seed) % 256),
})

/** Ends a process as soon as it has been asked for a run. */
function endAtNextRun(child: ChildProcess | undefined): void {
  if (!child) throw new Error('the engine has started no process')
  const send = child.send.bind(child) as (message: unknown, told: () => void) => boolean
  child.send = ((message: { inputs?: unknown }, told: () => void) => {
    const sent = send(message, told)
    if (message.inputs) child.kill('SIGKILL')
    return sent
  }) as ChildProcess['send']
}

interface Stage {
  readonly engines: Engines
  readonly choice: EngineChoice
  readonly fallbacks: EngineChoice[]
}

async function prepare(engine: 'native' | 'webgpu'): Promise<Stage> {
  const fallbacks: EngineChoice[] = []
  const onFallback = (choice: EngineChoice) => void fallbacks.push(choice)
  const engines = createEngines({ engine, threads: 1, onFallback })
  return { engines, fallbacks, choice: await engines.choose() }
}

async function mineInference(devnet: Devnet, input: Tensor) {
  const transport = http(devnet.url, { timeout: 120_000, retryCount: 0 })
  const client = createTestClient({ mode: 'anvil', chain: foundry, transport })
    .extend(publicActions)
    .extend(walletActions)
  const data = encodeFunctionData({
    abi: inferenceAbi,
    functionName: 'inferTensors',
    args: [
      readModel(bytes).id,
      [{ ...input, data: `0x${Buffer.from(input.data).toString('hex')}` }],
    ],
  })
  // With its gas given, nothing runs before the transaction is sent.
  const request = { account: sender as `0x${string}`, to: inferenceAddress, data, gas: GAS }
  const hash = await client.sendTransaction(request)
  const { status } = await client.waitForTransactionReceipt({ hash })
  const [inference] = (await client.request({
    method: 'lockstep_getInferences' as never,
    params: [hash] as never,
  })) as { outputHash: string }[]
  return { status, outputHash: inference?.outputHash }
}

async function expectedHash(input: Tensor): Promise<string> {
  const reference = createReferenceEngine()
  try {
    return hashTensors(await reference.run(readModel(bytes), [input]))
  } finally {
    await reference.close()
  }
}

describe.each(['native', 'webgpu'] as const)('a devnet whose %s engine is killed', (engine) => {
  test('in the middle of an inference of a transaction mines the right answer on wasm', async ({
    skip,
  }) => {
    const before = processes.length
    const { engines, choice, fallbacks } = await prepare(engine)
    if (choice.engine !== engine && !process.env.VK_ICD_FILENAMES) {
      await engines.close()
      skip(`${choice.reason}. Get a GPU with: eval "$(bash .ci/swiftshader)"`)
    }
    expect(choice).toMatchObject({ engine })
    const devnet = await createDevnet({ port: 0, engine: engines, models: [bytes] })
    try {
      endAtNextRun(processes[before])
      expect(await mineInference(devnet, image(0))).toEqual({
        status: 'success',
        outputHash: await expectedHash(image(0)),
      })
      expect(fallbacks).toMatchObject([
        { engine: 'wasm', reason: expect.stringContaining(`${engine} failed: A worker died`) },
      ])
      expect(await mineInference(devnet, image(1))).toEqual({
        status: 'success',
        outputHash: await expectedHash(image(1)),
      })
    } finally {
      await devnet.close()
    }
  })
})
