import type { Devnet } from '@lockstep/devnet'
import { inferenceAbi as precompileAbi } from '@lockstep/precompile'
import { createPublicClient, encodeFunctionData, getAbiItem, type Hex, http, keccak256 } from 'viem'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { inferenceAbi } from '../abis.js'
import { inferenceAddress } from '../addresses.js'
import { inferenceActions } from '../decorators/inference.js'
import { InferenceUnavailableError, NodeFaultError } from '../errors/node.js'
import {
  DataLengthMismatchError,
  DtypeMismatchError,
  ModelNotFoundError,
  ModelRefusedError,
  NameNotSetError,
  ShapeMismatchError,
  ValueOutOfRangeError,
} from '../errors/revert.js'
import { connect, readVolatilityModel, startDevnet } from '../testing/devnet.js'
import { toWad } from '../wad.js'
import { InferencesNotFoundError } from './getInferences.js'
import { EmptyModelError } from './uploadModel.js'

const returns = [0.012, -0.004, 0.001, -0.009, 0.002, 0.007, -0.015, 0.003].map(toWad)
const nobody = `0x${'11'.repeat(32)}` as const

let devnet: Devnet
let client: ReturnType<typeof connect>
let bytes: Uint8Array
let model: Hex

beforeAll(async () => {
  devnet = await startDevnet()
  client = connect(devnet)
  bytes = await readVolatilityModel()
  model = (await client.inference.deployModelSync({ bytes, name: 'volatility-v1' })).id
})

afterAll(() => devnet.close())

/** A tensor of the model's input. */
function tensor(values: readonly number[]) {
  return { dtype: 1, shape: [1, 8], data: new Uint8Array(Float32Array.from(values).buffer) }
}

describe('deployModel', () => {
  test('the id is the hash of the file', () => {
    expect(model).toBe(keccak256(bytes))
  })

  test('behavior: a model that the chain lists is not registered again', async () => {
    expect(await client.inference.deployModel({ bytes })).toEqual({ id: model, hash: undefined })
  })

  test('behavior: progress reaches the size of the file', async () => {
    const other = await startDevnet()
    const seen: number[] = []
    const onProgress = ({ sent, total }: { sent: number; total: number }) => {
      expect(total).toBe(bytes.length)
      seen.push(sent)
    }
    await connect(other).inference.uploadModel({ bytes, onProgress })
    await other.close()
    expect(seen.at(-1)).toBe(bytes.length)
  })

  test('error: a file that is no model is refused with the reason', async () => {
    const deployment = client.inference.deployModelSync({ bytes: bytes.subarray(0, 700) })
    const error = await deployment.catch((cause) => cause)
    expect(error).toBeInstanceOf(ModelRefusedError)
    expect(error.message).toContain('not a readable ONNX model')
  })

  test('error: an empty file', async () => {
    const deployment = client.inference.deployModelSync({ bytes: new Uint8Array() })
    await expect(deployment).rejects.toBeInstanceOf(EmptyModelError)
  })
})

describe('infer', () => {
  test('answers with 18 decimals, the same as inferTensors', async () => {
    const [volatility = 0n] = await client.inference.infer({ model, x: returns })
    const [output] = await client.inference.inferTensors({
      model,
      inputs: [tensor([0.012, -0.004, 0.001, -0.009, 0.002, 0.007, -0.015, 0.003])],
    })
    if (output === undefined) throw new Error('no output')
    const float = new DataView(output.data.buffer, output.data.byteOffset).getFloat32(0, true)
    expect(Number(volatility) / 1e18).toBeCloseTo(float, 12)
    expect(float).toBeGreaterThan(0)
    expect(output.shape).toEqual([1, 1])
  })

  test('behavior: a block before the registration knows no model', async () => {
    const early = client.inference.infer({ model, x: returns, blockNumber: 0n })
    await expect(early).rejects.toBeInstanceOf(ModelNotFoundError)
  })

  test('error: an unknown model', async () => {
    const error = await client.inference.infer({ model: nobody, x: [] }).catch((cause) => cause)
    expect(error).toBeInstanceOf(ModelNotFoundError)
    expect(error.model).toBe(nobody)
    expect(error.message).toContain('Register it')
  })

  test('error: another length', async () => {
    const error = await client.inference.infer({ model, x: [1n] }).catch((cause) => cause)
    expect(error).toBeInstanceOf(ShapeMismatchError)
    expect(error).toMatchObject({ input: 0n, want: [1, 8], got: [1] })
  })

  test('error: a value that float32 cannot hold', async () => {
    const x = returns.with(3, 10n ** 60n)
    const error = await client.inference.infer({ model, x }).catch((cause) => cause)
    expect(error).toBeInstanceOf(ValueOutOfRangeError)
    expect(error).toMatchObject({ input: 0n, index: 3n })
  })

  test('error: a node that is not there', async () => {
    const gone = createPublicClient({ transport: http('http://127.0.0.1:1', { retryCount: 0 }) })
    const inference = inferenceActions()(gone).inference.infer({ model, x: returns })
    await expect(inference).rejects.toBeInstanceOf(NodeFaultError)
  })

  test('error: an address without the precompile', async () => {
    const contracts = { inference: { address: '0x00000000000000000000000000000000000000b1' } }
    const chain = { ...client.chain, contracts } as const
    const elsewhere = createPublicClient({ chain, transport: http(devnet.url) })
    const inference = inferenceActions()(elsewhere).inference.infer({ model, x: returns })
    await expect(inference).rejects.toBeInstanceOf(InferenceUnavailableError)
  })
})

describe('inferTensors', () => {
  test('error: another element type', async () => {
    const inputs = [{ ...tensor([0, 0, 0, 0, 0, 0, 0, 0]), dtype: 7 }]
    const error = await client.inference.inferTensors({ model, inputs }).catch((cause) => cause)
    expect(error).toBeInstanceOf(DtypeMismatchError)
    expect(error).toMatchObject({ input: 0n, want: 1, got: 7 })
  })

  test('error: data of another length', async () => {
    const inputs = [{ ...tensor([0]), shape: [1, 8] }]
    const error = await client.inference.inferTensors({ model, inputs }).catch((cause) => cause)
    expect(error).toBeInstanceOf(DataLengthMismatchError)
    expect(error).toMatchObject({ want: 32n, got: 4n })
  })
})

test('quote is what the inference is charged', async () => {
  const gas = await client.inference.quote({ model, shapes: [[8]] })
  const data = encodeFunctionData({
    abi: inferenceAbi,
    functionName: 'infer',
    args: [model, returns],
  })
  const hash = await client.sendTransaction({ to: inferenceAddress, data })
  const inferences = await client.inference.getInferences({ hash })
  expect(inferences).toHaveLength(1)
  expect(inferences[0]).toMatchObject({
    model,
    method: 'infer',
    gasUsed: gas,
    success: true,
    transactionHash: hash,
    callIndex: 0,
    depth: 0,
  })
  const { blockNumber } = await client.getTransactionReceipt({ hash })
  expect(await client.inference.getInferences({ blockNumber })).toEqual(inferences)
})

test('error: inferences of a transaction that nobody mined', async () => {
  const search = client.inference.getInferences({ hash: nobody })
  await expect(search).rejects.toBeInstanceOf(InferencesNotFoundError)
})

describe('names', () => {
  const owner = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

  test('a name points to the model that its owner set', async () => {
    expect(await client.inference.resolveModel({ owner, name: 'volatility-v1' })).toBe(model)
    const [listed] = await client.inference.getModels()
    expect(listed).toMatchObject({ id: model, names: [{ owner, name: 'volatility-v1' }] })
  })

  test('error: a name that nobody set', async () => {
    const search = client.inference.resolveModel({ owner, name: 'nothing' })
    await expect(search).rejects.toBeInstanceOf(NameNotSetError)
  })

  test('error: a name for a model that is not registered', async () => {
    const setting = client.inference.setModelName({ name: 'nothing', model: nobody })
    await expect(setting).rejects.toBeInstanceOf(ModelNotFoundError)
  })
})

test('getModel describes inputs, outputs and gas', async () => {
  const description = await client.inference.getModel({ model })
  expect(description).toMatchObject({
    id: model,
    class: 'pinned',
    registered: true,
    inputs: [{ name: 'returns', dtype: 1, shape: [1, 8] }],
  })
  await expect(client.inference.getModel({ model: nobody })).rejects.toBeInstanceOf(
    ModelNotFoundError,
  )
})

test('every function and error of the precompile is in this package, with the same inputs', () => {
  for (const item of precompileAbi) {
    // Only the registry calls it.
    if (item.name === 'admit') continue
    const own = getAbiItem({ abi: inferenceAbi, name: item.name as 'infer' })
    expect(own, item.name).toEqual(item)
  }
})

test('types: results need no cast', () => {
  expectTypeOf(client.inference.infer).returns.resolves.toEqualTypeOf<readonly bigint[]>()
  expectTypeOf(client.inference.quote).returns.resolves.toEqualTypeOf<bigint>()
  expectTypeOf(client.inference.deployModelSync).returns.resolves.toHaveProperty('receipt')
})
