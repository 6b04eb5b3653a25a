import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createReferenceEngine,
  createWasmEngine,
  inferenceAbi,
  type RemoteReport,
  readModel,
} from '@lockstep/precompile'
import { encodeFunctionData, parseAbi, stringToHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDevnet, type Devnet } from './devnet.js'
import type { Hex } from './node/node.js'
import { inferenceAddress, registryAddress } from './node/registry.js'
import { openBundle } from './replay/bundles/open.js'
import { executeBundle } from './replay/execute.js'
import { exportChain } from './replay/export/exportChain.js'
import { ownConfig } from './replay/runtime.js'
import { rpcClient } from './rpc/testing/testServer.js'

/** Two machines that run models, of different builds, and one whose chain asks them. */
let wasm: Devnet
let reference: Devnet
let chain: Devnet
let bytes: Uint8Array
let model: Hex
let folder: string

beforeAll(async () => {
  bytes = await readFile(new URL('../../precompile/golden/models/volatility.onnx', import.meta.url))
  model = readModel(bytes).id
  folder = await mkdtemp(join(tmpdir(), 'lockstep-remote-'))
  const serving = { port: 0, serveInference: true, models: [bytes] }
  wasm = await createDevnet({ ...serving, engine: createWasmEngine({ threads: 1 }) })
  reference = await createDevnet({ ...serving, engine: createReferenceEngine() })
  const endpoints = [wasm.url, reference.url]
  // A busy machine is no slow remote, and nothing but a transaction finds out that one is gone.
  const patience = { hedgeMs: 30_000, deadlineMs: 60_000, healthIntervalMs: 3_600_000 }
  const remote = { endpoints, sampleShare: 0, ...patience }
  chain = await createDevnet({ port: 0, engine: 'wasm', models: [bytes], remote })
  await chain.node.precompile.remote?.prepare(readModel(bytes))
})
afterAll(async () => {
  await Promise.all([wasm, reference, chain].map((devnet) => devnet.close()))
  await rm(folder, { recursive: true })
})

/** Daily returns between −4 % and 4 %. */
const returns = (seed: number) =>
  Array.from({ length: 8 }, (_, i) => BigInt((((i + 1) * seed) % 17) - 8) * 5n * 10n ** 15n)

/** Mines a block whose one transaction asks the model; gives whether it succeeded. */
async function mineInference(seed: number): Promise<Hex> {
  const { call } = rpcClient(chain.url)
  const data = encodeFunctionData({
    abi: inferenceAbi,
    functionName: 'infer',
    args: [model, returns(seed)],
  })
  const [from] = await call<Hex[]>('eth_accounts')
  const request = { from, to: inferenceAddress, data, gas: '0x7a120' }
  const hash = await call('eth_sendTransaction', request)
  const { status } = await call<{ status: Hex }>('eth_getTransactionReceipt', hash)
  return status
}

const remotes = () => rpcClient(chain.url).call<RemoteReport>('lockstep_remotes')

describe('a chain whose models run on two other devnets', () => {
  test('takes what they agree on into its blocks, which replay on wasm', async () => {
    expect(await mineInference(3)).toBe('0x1')
    const { runs, endpoints } = await remotes()
    expect(runs).toMatchObject({ agreed: 1, unserved: 0, watched: 0, contradicted: 0 })
    expect(endpoints.map(({ build }) => build)).toEqual([
      expect.stringMatching(/^lockstep .+onnxruntime-web/),
      expect.stringMatching(/^lockstep .+reference/),
    ])
    const bundle = join(folder, 'bundle')
    await exportChain(chain.url, bundle)
    const outcome = await executeBundle(await openBundle(bundle, ownConfig), { engine: 'wasm' })
    expect(outcome).toMatchObject({ blocks: 1 })
    expect(outcome.divergence).toBeUndefined()
  })

  test('answers the same question out of its memory', async () => {
    expect(await mineInference(3)).toBe('0x1')
    expect((await remotes()).runs.agreed).toBe(1)
  })

  test('goes on by itself when one of them is gone', async () => {
    await reference.server.close()
    expect(await mineInference(5)).toBe('0x1')
    const { runs, endpoints } = await remotes()
    expect(runs).toMatchObject({ agreed: 1, late: 1 })
    expect(endpoints[1]).toMatchObject({ state: 'down' })
    // One alone is no quorum: this machine answers, and watches it.
    expect(await mineInference(7)).toBe('0x1')
    expect((await remotes()).runs).toMatchObject({ agreed: 1, watched: 1 })
  })
})

test('a model is served under the name that its owner gave it', async () => {
  const { call } = rpcClient(wasm.url)
  const [from] = await call<Hex[]>('eth_accounts')
  const data = encodeFunctionData({
    abi: parseAbi(['function setName(bytes32 name, bytes32 model)']),
    args: [stringToHex('volatility-v1', { size: 32 }), model],
  })
  await call('eth_sendTransaction', { from, to: registryAddress, data })
  const name = `${from}/volatility-v1`
  const response = await fetch(`${wasm.url}/v2/models/${encodeURIComponent(name)}`)
  expect(await response.json()).toMatchObject({
    name,
    inputs: [{ datatype: expect.stringMatching(/^U?INT/) }],
  })
})

test('a chain without remotes says so', async () => {
  expect(await rpcClient(wasm.url).call('lockstep_remotes')).toBeNull()
})
