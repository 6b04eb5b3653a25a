import { Dtype, FREE_DIMENSION, inferenceAbi } from '@lockstep/precompile'
import { bytesToHex, decodeErrorResult, encodeFunctionData, type Hex, keccak256 } from 'viem'
import { beforeAll, describe, expect, test } from 'vitest'
import { lookup, node, onnx, value, weight } from '../../../../precompile/src/testing/onnx.js'
import { createDevnet, type Devnet } from '../../devnet.js'
import { inferenceAddress } from '../../node/registry.js'
import { affine, reciprocal } from '../../node/testing/models.js'
import { rpcClient } from '../testing/testServer.js'

/** y = 10^300 · x, which no int256 with 18 decimals holds. */
const huge = onnx({
  nodes: [node('Mul', ['x', 'huge'], ['y'])],
  inputs: [value('x', Dtype.float64, ['n'])],
  outputs: [value('y', Dtype.float64, ['n'])],
  weights: [weight('huge', Dtype.float64, [1], Float64Array.of(1e300))],
})
const one = 10n ** 18n
const unknown: Hex = `0x${'42'.repeat(32)}`

let devnet: Devnet
let client: ReturnType<typeof rpcClient>
beforeAll(async () => {
  const models = [affine.bytes, reciprocal.bytes, huge, lookup()]
  devnet = await createDevnet({ port: 0, models })
  client = rpcClient(devnet.url)
  return () => devnet.close()
})

const infer = (model: Hex, ...x: bigint[]) =>
  encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args: [model, x] })

/** A call of `affine` with one tensor, of one element unless it says otherwise. */
function tensors({ dtype = Dtype.float32 as number, shape = [1], bytes = 4, count = 1 } = {}): Hex {
  const tensor = { dtype, shape, data: bytesToHex(new Uint8Array(bytes)) }
  const inputs = new Array<typeof tensor>(count).fill(tensor)
  return encodeFunctionData({
    abi: inferenceAbi,
    functionName: 'inferTensors',
    args: [affine.id, inputs],
  })
}

const refused: readonly (readonly [what: string, data: () => Hex, error: string, args: unknown])[] =
  [
    ['an unknown model', () => infer(unknown, one), 'ModelNotFound', [unknown]],
    [
      'a wrong shape',
      () => tensors({ shape: [1, 1] }),
      'ShapeMismatch',
      [0n, [FREE_DIMENSION], [1, 1]],
    ],
    ['a wrong type', () => tensors({ dtype: Dtype.int32 }), 'DtypeMismatch', [0n, 1, 6]],
    ['too few bytes', () => tensors({ bytes: 3 }), 'DataLengthMismatch', [0n, 4n, 3n]],
    ['too many inputs', () => tensors({ count: 2 }), 'InputCountMismatch', [1n, 2n]],
    [
      'a value that does not fit the model',
      () => infer(affine.id, one, 2n ** 254n),
      'ValueOutOfRange',
      [0n, 1n],
    ],
    [
      'a result that does not fit a word',
      () => infer(keccak256(huge), 0n, one),
      'OutputOutOfRange',
      [0n, 1n],
    ],
    [
      'a result that is no number',
      () => infer(reciprocal.id, one, 0n),
      'NonFiniteOutput',
      [0n, 1n],
    ],
    [
      'a value that the graph rejects',
      () => infer(keccak256(lookup()), 9n),
      'GraphRejected',
      [keccak256(lookup())],
    ],
    [
      'calldata cut short',
      () => infer(affine.id, one).slice(0, -2) as Hex,
      'MalformedCalldata',
      [],
    ],
    ['an unknown function', () => '0x12345678', 'UnknownSelector', ['0x12345678']],
  ]

describe('a bad call reverts by name', () => {
  test.each(refused)('%s', async (_what, data, errorName, args) => {
    const request = { to: inferenceAddress, data: data() }
    for (const method of ['eth_call', 'eth_estimateGas']) {
      const error = await client.failure(method, request, 'latest')
      expect(error).toMatchObject({ code: 3 })
      expect(error.message).toContain(`execution reverted: ${errorName}(`)
      const decoded = decodeErrorResult({ abi: inferenceAbi, data: error.data as Hex })
      expect([decoded.errorName, decoded.args ?? []]).toEqual([errorName, args])
    }
    await expectServing()
  })

  test('too little gas, wherever it ends', async () => {
    const request = { to: inferenceAddress, data: infer(affine.id, one) }
    const enough = BigInt(await client.call('eth_estimateGas', request))
    const withGas = (gas: bigint) => ({ ...request, gas: `0x${gas.toString(16)}` })
    const intrinsic = 24_000n
    const step = (enough - intrinsic) / 12n
    for (let gas = enough - 1n; gas > intrinsic; gas -= step) {
      expect(await client.failure('eth_call', withGas(gas), 'latest')).toMatchObject({
        code: -32603,
        message: 'EVM error OutOfGas',
      })
    }
    await client.call('eth_call', withGas(enough), 'latest')
    await expectServing()
  })
})

/** `affine` of 1 is 3. */
async function expectServing(): Promise<void> {
  const request = { to: inferenceAddress, data: infer(affine.id, one) }
  const answer = await client.call('eth_call', request, 'latest')
  expect(BigInt(`0x${answer.slice(-64)}`)).toBe(3n * one)
}
