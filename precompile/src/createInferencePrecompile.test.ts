import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { type Hex, hexToBytes, keccak256 } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { wadFromFloat } from './abi/fixedPoint.js'
import { FREE_DIMENSION } from './abi/interface.js'
import { hashTensors } from './commitment/hash.js'
import { createInferencePrecompile } from './createInferencePrecompile.js'
import type { Engine } from './engines/engine.js'
import { createWasmEngine } from './engines/wasm.js'
import { defaultSchedule } from './gas/schedule.js'
import type { CallContext, CallResult, InferencePrecompile } from './precompile.js'
import { createMemoryStore } from './store/memory.js'
import { Dtype, type Tensor } from './tensor.js'
import { runBare } from './testing/bareRuntime.js'
import {
  decode,
  encode,
  float32,
  int64,
  type Method,
  NO_COST,
  PLENTY,
  type Revert,
  random,
  revertOf,
  travelling,
  WAD,
} from './testing/calls.js'
import { binary, denseNetwork, elementwise, lookup, node, onnx, value } from './testing/onnx.js'

const WAKEWORD = readFileSync(
  new URL('../../node_modules/openwakeword-js/models/hello_deepa.onnx', import.meta.url),
)
const ABSENT: Hex = `0x${'77'.repeat(32)}`

let engine: Engine
const store = createMemoryStore()
let precompile: InferencePrecompile

beforeAll(() => {
  engine = createWasmEngine({ threads: 1 })
})
afterAll(() => engine.close())
beforeEach(() => {
  precompile = createInferencePrecompile({ store, engine })
})

function call(functionName: Method, ...args: unknown[]): Promise<CallResult> {
  return precompile.call(encode(functionName, ...args), PLENTY)
}

/** The result of a call that answers. */
async function answer(functionName: Method, ...args: unknown[]): Promise<unknown> {
  return decode(functionName, await call(functionName, ...args))
}

async function revert(functionName: Method, ...args: unknown[]): Promise<Revert> {
  return revertOf(await call(functionName, ...args))
}

/** `x[2, n]` → `y[2, n]` */
const grid = () =>
  onnx({
    nodes: [node('Neg', ['x'], ['y'])],
    inputs: [value('x', Dtype.float32, [2, 'n'])],
    outputs: [value('y', Dtype.float32, [2, 'n'])],
  })

/** `x[n]` → `x·x` */
const square = (dtype: Dtype) =>
  onnx({
    nodes: [node('Mul', ['x', 'x'], ['y'])],
    inputs: [value('x', dtype, ['n'])],
    outputs: [value('y', dtype, ['n'])],
  })

describe('infer', () => {
  test('gives what bare onnxruntime-web gives, with 18 decimals', async () => {
    const model = await store.put(denseNetwork())
    const x = [1n, -2n, 3n, 0n, 10n, -1n, 5n, 2n].map((n) => (n * WAD) / 10n)
    const floats = float32(
      [1, 8],
      x.map((wad) => Number(wad) / 1e18),
    )
    const [expected] = await runBare(denseNetwork(), [floats])
    const bits = [...new Uint32Array((expected as Tensor).data.slice().buffer)]
    expect(await answer('infer', model, x)).toEqual(
      bits.map((word) => wadFromFloat(BigInt(word), Dtype.float32)),
    )
  })

  test('takes integers as they are', async () => {
    const model = await store.put(lookup())
    expect(await answer('infer', model, [3n, 0n, -1n])).toEqual([
      (35n * WAD) / 10n,
      WAD / 2n,
      (35n * WAD) / 10n,
    ])
  })

  test('closes one free dimension by the number of values', async () => {
    const model = await store.put(grid())
    for (const x of [[], [1n, 2n], [1n, 2n, 3n, 4n, 5n, 6n]]) {
      expect(await answer('infer', model, x)).toEqual(x.map((n) => -n))
    }
    expect(await revert('infer', model, [1n, 2n, 3n])).toEqual({
      errorName: 'ShapeMismatch',
      args: [0n, [2, FREE_DIMENSION], [3]],
    })
  })

  test('error: a number of values that a fixed shape does not hold', async () => {
    const model = await store.put(denseNetwork())
    expect(await revert('infer', model, [1n])).toEqual({
      errorName: 'ShapeMismatch',
      args: [0n, [1, 8], [1]],
    })
  })

  test('error: models that it cannot serve', async () => {
    const twoFree = onnx({
      nodes: [node('Neg', ['x'], ['y'])],
      inputs: [value('x', Dtype.float32, ['m', 'n'])],
      outputs: [value('y', Dtype.float32, ['m', 'n'])],
    })
    for (const bytes of [binary('Add', Dtype.float32), twoFree]) {
      const model = await store.put(bytes)
      expect(await revert('infer', model, [1n])).toEqual({
        errorName: 'UseInferTensors',
        args: [model],
      })
    }
  })

  test('error: values beyond the dtype, by index', async () => {
    const model = await store.put(elementwise('Abs', Dtype.int8))
    expect(await answer('infer', model, [-127n])).toEqual([127n])
    expect(await revert('infer', model, [0n, 1n, 128n])).toEqual({
      errorName: 'ValueOutOfRange',
      args: [0n, 2n],
    })
    const half = await store.put(elementwise('Neg', Dtype.float16))
    expect(await revert('infer', half, [WAD, 70_000n * WAD])).toEqual({
      errorName: 'ValueOutOfRange',
      args: [0n, 1n],
    })
  })

  test('error: a result that int256 with 18 decimals cannot hold', async () => {
    const model = await store.put(square(Dtype.float64))
    expect(await revert('infer', model, [WAD, 10n ** 30n * WAD])).toEqual({
      errorName: 'OutputOutOfRange',
      args: [0n, 1n],
    })
  })
})

describe('inferTensors', () => {
  test('gives the bits of bare onnxruntime-web', async () => {
    const cases: [Uint8Array, Tensor[]][] = [
      [denseNetwork(), [random([1, 8], 1)]],
      [WAKEWORD, [random([1, 25, 96], 2)]],
      [binary('Add', Dtype.int64), [int64(2n ** 62n, -1n), int64(2n ** 61n, -5n)]],
    ]
    for (const [bytes, inputs] of cases) {
      const model = await store.put(bytes)
      const expected = await runBare(bytes, inputs)
      expect(await answer('inferTensors', model, inputs.map(travelling))).toEqual(
        expected.map(travelling),
      )
    }
  })

  test('takes a Buffer, whose memory others share, as well as a Uint8Array', async () => {
    const model = await store.put(denseNetwork())
    const calldata = encode('inferTensors', model, [travelling(random([1, 8], 3))])
    const shared = Buffer.concat([Buffer.from('before'), calldata]).subarray(6)
    const [a, b] = [await precompile.call(calldata, PLENTY), await precompile.call(shared, PLENTY)]
    expect(b).toEqual(a)
  })

  test('error: numbers of inputs, dtypes, shapes and lengths, by input', async () => {
    const model = await store.put(binary('Add', Dtype.float32))
    const good = travelling(float32([2], [1, 2]))
    expect(await revert('inferTensors', model, [good])).toEqual({
      errorName: 'InputCountMismatch',
      args: [2n, 1n],
    })
    expect(await revert('inferTensors', model, [good, { ...good, dtype: 7 }])).toEqual({
      errorName: 'DtypeMismatch',
      args: [1n, 1, 7],
    })
    expect(await revert('inferTensors', model, [good, { ...good, shape: [1, 2] }])).toEqual({
      errorName: 'ShapeMismatch',
      args: [1n, [FREE_DIMENSION], [1, 2]],
    })
    expect(await revert('inferTensors', model, [good, { ...good, data: '0x00' }])).toEqual({
      errorName: 'DataLengthMismatch',
      args: [1n, 8n, 1n],
    })
    const huge = { ...good, shape: [0xffffffff] }
    expect(await revert('inferTensors', model, [good, huge])).toEqual({
      errorName: 'DataLengthMismatch',
      args: [1n, 4n * 0xffffffffn, 8n],
    })
  })

  test('error: inputs that do not go together', async () => {
    const model = await store.put(binary('Add', Dtype.float32))
    const inputs = [float32([2], [1, 2]), float32([3], [1, 2, 3])].map(travelling)
    expect((await revert('inferTensors', model, inputs)).errorName).toBe('ShapeMismatch')
  })

  test('error: a bool that is neither 0 nor 1, on which engines differ', async () => {
    const model = await store.put(elementwise('Not', Dtype.bool))
    const bools = { dtype: Dtype.bool, shape: [4], data: '0x00010200' }
    expect(await revert('inferTensors', model, [bools])).toEqual({
      errorName: 'ValueOutOfRange',
      args: [0n, 2n],
    })
  })
})

describe.each(['infer', 'inferTensors'] as const)('%s', (method) => {
  const argument = (input: Tensor, words: readonly bigint[]) =>
    method === 'infer' ? words : [travelling(input)]

  test('error: a model that the chain does not list', async () => {
    expect(await revert(method, ABSENT, [])).toEqual({ errorName: 'ModelNotFound', args: [ABSENT] })
    const model = await store.put(denseNetwork())
    const calldata = encode(method, model, [])
    const context: CallContext = { isRegistered: async () => false }
    const result = await precompile.call(calldata, PLENTY, context)
    expect(revertOf(result)).toEqual({ errorName: 'ModelNotFound', args: [model] })
  })

  test('error: a listed model whose blob this node lacks is a fault of the node', async () => {
    const context: CallContext = { isRegistered: async () => true }
    await expect(
      precompile.call(encode(method, ABSENT, []), PLENTY, context),
    ).rejects.toMatchObject({ name: 'ModelBlobMissingError', model: ABSENT })
  })

  test('error: values that the graph rejects cost the run', async () => {
    const model = await store.put(lookup())
    const good = await call(method, model, argument(int64(1n), [1n]))
    const bad = await call(method, model, argument(int64(9n), [9n]))
    expect(revertOf(bad)).toEqual({ errorName: 'GraphRejected', args: [model] })
    expect(bad.gasUsed).toBe(good.gasUsed)
    expect(bad.inference).toMatchObject({
      success: false,
      method,
      inputHash: hashTensors([int64(9n)]),
    })
  })

  test('error: a result that is not finite costs the run and is committed to', async () => {
    const model = await store.put(elementwise('Log', Dtype.float32))
    const good = await call(method, model, argument(float32([2], [1, 2]), [WAD, 2n * WAD]))
    const inputs = [
      [float32([2], [1, -1]), [WAD, -WAD]],
      [float32([2], [1, 0]), [WAD, 0n]],
    ] as const
    for (const [input, words] of inputs) {
      const bad = await call(method, model, argument(input, words))
      expect(revertOf(bad)).toEqual({ errorName: 'NonFiniteOutput', args: [0n, 1n] })
      expect(bad.gasUsed).toBe(good.gasUsed)
      expect(bad.inference).toEqual({
        model,
        method,
        inputHash: hashTensors([input]),
        outputHash: keccak256(bad.returnData),
        gasUsed: bad.gasUsed,
        success: false,
      })
      // What is remembered is refused as it was the first time.
      expect(await call(method, model, argument(input, words))).toEqual(bad)
    }
  })

  test('commits to inputs, outputs and gas', async () => {
    const model = await store.put(elementwise('Neg', Dtype.float32))
    const input = float32([2], [1, 2])
    const { inference, gasUsed } = await call(method, model, argument(input, [WAD, 2n * WAD]))
    expect(inference).toEqual({
      model,
      method,
      inputHash: hashTensors([input]),
      outputHash: hashTensors([float32([2], [-1, -2])]),
      gasUsed,
      success: true,
    })
  })
})

describe('calldata that is none', () => {
  test('error: reverts by name and costs base and words', async () => {
    const unknown = await precompile.call(hexToBytes('0xdeadbeef'), PLENTY)
    expect(revertOf(unknown)).toEqual({ errorName: 'UnknownSelector', args: ['0xdeadbeef'] })
    const model = await store.put(denseNetwork())
    const cut = encode('infer', model, [1n]).subarray(0, 90)
    const malformed = await precompile.call(cut, PLENTY)
    expect(revertOf(malformed)).toEqual({ errorName: 'MalformedCalldata', args: [] })
    expect(malformed.gasUsed).toBe(
      defaultSchedule.inference(NO_COST) + defaultSchedule.words(90, 0),
    )
  })

  test('any bytes get a typed result', async () => {
    const model = await store.put(elementwise('Neg', Dtype.float32))
    const seeds = [
      encode('infer', model, [WAD, 2n]),
      encode('inferTensors', model, [travelling(float32([2], [1, 2]))]),
      encode('quote', model, [[2]]),
      encode('describe', model),
    ]
    const mutation = fc.record({ at: fc.nat(), value: fc.nat(255), cut: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...seeds),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        fc.bigInt(0n, 200_000n),
        async (seed, mutations, gasLimit) => {
          let bytes = Uint8Array.from(seed)
          for (const { at, value, cut } of mutations) {
            const place = at % Math.max(1, bytes.length)
            if (cut && value < 40) bytes = bytes.slice(0, place)
            else bytes[place] = value
          }
          const result = await precompile.call(bytes, gasLimit)
          expect(result.gasUsed <= gasLimit).toBe(true)
          if (!result.success && !result.outOfGas) revertOf(result)
        },
      ),
      { numRuns: 400, seed: 23 },
    )
  })
})
