import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Dtype, defaultLimits, modelIdOf, readModel } from '@lockstep/precompile'
import {
  inferenceActions,
  ModelRefusedError,
  ModelTooLargeError,
  OutOfGasError,
  toWad,
} from '@lockstep/sdk'
import { bytesToHex, createWalletClient, http, publicActions } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { node, onnx, value, weight } from '../../../precompile/src/testing/onnx.js'
import { createDevnet, type Devnet } from '../devnet.js'
import { affine } from '../node/testing/models.js'
import { rpcClient } from '../rpc/testing/testServer.js'
import { runCommand } from './testing/command.js'

const voice = await readFile(
  fileURLToPath(
    new URL('../../../node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx', import.meta.url),
  ),
)

/** Draws `y` of two thousand million elements out of one: 8 GB behind a file of 100 bytes. */
const bomb = onnx({
  nodes: [node('Expand', ['x', 'shape'], ['y'])],
  weights: [weight('shape', Dtype.int64, [1], BigInt64Array.of(2_000_000_000n))],
  inputs: [value('x', Dtype.float32, [1])],
  outputs: [value('y', Dtype.float32, ['n'])],
})
const dice = onnx({
  nodes: [node('RandomUniformLike', ['x'], ['y'])],
  inputs: [value('x', Dtype.float32, [1])],
  outputs: [value('y', Dtype.float32, [1])],
})

const files: readonly (readonly [what: string, bytes: Uint8Array, code: string])[] = [
  ['a corrupt file', Buffer.from(voice).fill(0xff, 40, 80), 'parse'],
  ['a truncated file', voice.subarray(0, voice.length - 17), 'parse'],
  ['an oversized file', new Uint8Array(defaultLimits.fileBytes + 1), 'too_large'],
  ['a small file that asks for gigabytes', bomb, 'too_large'],
  ['a graph that no two machines answer alike', dice, 'random'],
]

let devnet: Devnet
let folder: string

beforeAll(async () => {
  devnet = await createDevnet({ port: 0, models: [affine.bytes] })
  folder = await mkdtemp(join(tmpdir(), 'lockstep-bad-models-'))
})

afterAll(async () => {
  await devnet.close()
  await rm(folder, { recursive: true })
})

const connect = (url: string) =>
  createWalletClient({ transport: http(url) })
    .extend(publicActions)
    .extend(inferenceActions())

/** The devnet still answers, and knows the models that it knew. */
async function expectServing(): Promise<void> {
  const { inference } = connect(devnet.url)
  expect(await inference.infer({ model: affine.id, x: [toWad('1')] })).toEqual([toWad('3')])
  expect((await inference.getModels()).map(({ id }) => id)).toEqual([affine.id])
}

describe.each(files)('%s is refused alike', (_what, bytes, code) => {
  test('by the library', () => {
    expect(() => readModel(bytes)).toThrowError(expect.objectContaining({ code }))
  })

  test('by the node', async () => {
    const data = bytesToHex(bytes.subarray(0, 2 ** 22))
    const chunk = { offset: 0, size: bytes.length, data }
    const error = await rpcClient(devnet.url).failure('lockstep_putModel', modelIdOf(bytes), chunk)
    expect(error).toMatchObject({ code: -32602, data: { code } })
    await expectServing()
  })

  test('by the SDK', async () => {
    const [account] = await connect(devnet.url).getAddresses()
    const deployment = connect(devnet.url).inference.deployModelSync({ bytes, account })
    const error = await deployment.catch((reason: unknown) => reason)
    // Before it hashes and sends hundreds of megabytes.
    const isOversized = bytes.length > defaultLimits.fileBytes
    expect(error).toBeInstanceOf(isOversized ? ModelTooLargeError : ModelRefusedError)
    expect(error).toMatchObject(isOversized ? { bytes: bytes.length } : { model: modelIdOf(bytes) })
    await expectServing()
  })

  test('by the command', async () => {
    const file = join(folder, `${code}.onnx`)
    await writeFile(file, bytes)
    for (const name of ['inspect', 'deploy', 'compile']) {
      const rest = name === 'compile' ? ['-o', join(folder, 'never.onnx')] : []
      const outcome = await runCommand(devnet.url, [name, file, ...rest, '--json'])
      expect([name, outcome.code]).toEqual([name, 3])
      expect(JSON.parse(outcome.stdout).error).toMatchObject({ code })
    }
    await expectServing()
  })
})

test('a file of terabytes is refused before it is read', async () => {
  const file = join(folder, 'sparse.onnx')
  await writeFile(file, '')
  await truncate(file, 2 ** 42)
  const outcome = await runCommand(devnet.url, ['inspect', file, '--json'])
  expect(outcome.code).toBe(3)
  expect(JSON.parse(outcome.stdout).error.message).toContain(`${file} in bytes is ${2 ** 42}`)
})

test('a file that never ends is refused where it passes the limit', async () => {
  const outcome = await runCommand(devnet.url, ['inspect', '/dev/zero', '--json'])
  expect([outcome.code, JSON.parse(outcome.stdout).error.code]).toEqual([3, 'too_large'])
})

test.each([
  ['for the transaction itself', 22_000n],
  ['for the inference', 25_000n],
])(
  'too little gas %s has its name in the SDK, and its exit code in the command',
  async (_what, gasLimit) => {
    const poor = await createDevnet({ port: 0, models: [affine.bytes], gasLimit })
    try {
      const call = connect(poor.url).inference.infer({ model: affine.id, x: [toWad('1')] })
      await expect(call).rejects.toBeInstanceOf(OutOfGasError)
      const outcome = await runCommand(poor.url, ['infer', affine.id, '--input', '[1]', '--json'])
      expect([outcome.code, JSON.parse(outcome.stdout).error.name]).toEqual([5, 'OutOfGasError'])
    } finally {
      await poor.close()
    }
  },
)
