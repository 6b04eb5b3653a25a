import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInferencePrecompile } from '../createInferencePrecompile.js'
import type { Engine } from '../engines/engine.js'
import { createWasmEngine } from '../engines/wasm.js'
import { defaultSchedule } from '../gas/schedule.js'
import { readModel } from '../model/index.js'
import type { CallResult, InferencePrecompile } from '../precompile.js'
import { createMemoryStore } from '../store/memory.js'
import { Dtype, type Tensor } from '../tensor.js'
import {
  decode,
  encode,
  float32,
  int64,
  type Method,
  NO_COST,
  PLENTY,
  random,
  revertOf,
  travelling,
} from '../testing/calls.js'
import { binary, denseNetwork, elementwise, lookup, node, onnx, value } from '../testing/onnx.js'

const WAKEWORD = readFileSync(
  new URL('../../../node_modules/openwakeword-js/models/hello_deepa.onnx', import.meta.url),
)
const BASE = defaultSchedule.inference(NO_COST)

/** The real engine, with a count of the runs that reached it. */
let engine: Engine
let runs = 0
const store = createMemoryStore()
let precompile: InferencePrecompile

beforeAll(() => {
  const wasm = createWasmEngine({ threads: 1 })
  engine = {
    ...wasm,
    run: (...args) => {
      runs++
      return wasm.run(...args)
    },
  }
  precompile = createInferencePrecompile({ store, engine })
})
afterAll(() => engine.close())

const call = (gas: bigint, functionName: Method, ...args: unknown[]): Promise<CallResult> =>
  precompile.call(encode(functionName, ...args), gas)

async function quote(model: string, shapes: readonly (readonly number[])[]): Promise<bigint> {
  return decode('quote', await call(PLENTY, 'quote', model, shapes)) as bigint
}

describe('quote', () => {
  test('is what infer and inferTensors are charged, whatever the number of elements', async () => {
    const model = await store.put(elementwise('Neg', Dtype.float32))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 300 }), async (n) => {
        const expected = await quote(model, [[n]])
        const values = Array.from({ length: n }, (_, i) => BigInt(i))
        const tensor = travelling(float32([n], new Float32Array(n)))
        expect((await call(PLENTY, 'infer', model, values)).gasUsed).toBe(expected)
        expect((await call(PLENTY, 'inferTensors', model, [tensor])).gasUsed).toBe(expected)
      }),
      { numRuns: 60, seed: 31 },
    )
  })

  test('is what inferTensors is charged for every dtype, rank and number of inputs', async () => {
    const scalars = onnx({
      nodes: [node('Sum', ['a', 'b', 'c', 'd'], ['y'])],
      inputs: ['a', 'b', 'c', 'd'].map((name) => value(name, Dtype.float32, [])),
      outputs: [value('y', Dtype.float32, [])],
    })
    const cases: [Uint8Array, Tensor[]][] = [
      [WAKEWORD, [random([1, 25, 96], 1)]],
      [binary('Add', Dtype.int64), [int64(1n, 2n, 3n), int64(4n, 5n, 6n)]],
      [
        elementwise('Not', Dtype.bool),
        [{ dtype: Dtype.bool, shape: [33], data: new Uint8Array(33) }],
      ],
      [
        elementwise('Neg', Dtype.float64),
        [{ dtype: Dtype.float64, shape: [3], data: new Uint8Array(24) }],
      ],
      [scalars, [1, 2, 3, 4].map((x) => float32([], [x]))],
    ]
    for (const [bytes, inputs] of cases) {
      const model = await store.put(bytes)
      const expected = await quote(
        model,
        inputs.map(({ shape }) => [...shape]),
      )
      const result = await call(PLENTY, 'inferTensors', model, inputs.map(travelling))
      expect(result.success).toBe(true)
      expect(result.gasUsed).toBe(expected)
    }
  })

  test('takes the number of values alone, for an infer on any rank', async () => {
    const model = await store.put(denseNetwork())
    expect(await quote(model, [[8]])).toBe(await quote(model, [[1, 8]]))
    expect(await quote(model, [[8]])).toBe(
      (await call(PLENTY, 'infer', model, new Array(8).fill(0n))).gasUsed,
    )
  })

  test('error: shapes that no call could have', async () => {
    const model = await store.put(binary('Add', Dtype.float32))
    const refusal = async (shapes: number[][]) =>
      revertOf(await call(PLENTY, 'quote', model, shapes)).errorName
    expect(await refusal([[1]])).toBe('InputCountMismatch')
    expect(await refusal([[1], [1, 1]])).toBe('ShapeMismatch')
    expect(await refusal([[2], [3]])).toBe('ShapeMismatch')
    expect(await refusal([[0xffffffff], [0xffffffff]])).toBe('RunTooLarge')
  })

  test('costs more for a graph of more nodes, whose shapes are all looked at', async () => {
    const model = await store.put(WAKEWORD)
    const { loadCost } = readModel(WAKEWORD)
    const evaluation = defaultSchedule.inference({ ...NO_COST, nodes: loadCost.nodes })
    const calldata = encode('quote', model, [[1, 25, 96]])
    expect((await precompile.call(calldata, PLENTY)).gasUsed).toBe(
      evaluation + defaultSchedule.words(calldata.length, 0),
    )
  })
})

describe('gas limits', () => {
  test.each(['infer', 'inferTensors'] as const)(
    'one gas too few for %s takes all of it, runs nothing and gives nothing',
    async (method) => {
      const model = await store.put(denseNetwork())
      const x = random([1, 8], method.length)
      const argument =
        method === 'infer' ? new Array(8).fill(BigInt(method.length)) : [travelling(x)]
      const cost = await quote(model, [[1, 8]])
      runs = 0
      expect(await call(cost - 1n, method, model, argument)).toEqual({
        success: false,
        outOfGas: true,
        returnData: new Uint8Array(),
        gasUsed: cost - 1n,
      })
      expect(runs).toBe(0)
      const result = await call(cost, method, model, argument)
      expect(result).toMatchObject({ success: true, gasUsed: cost })
      expect(runs).toBe(1)
    },
  )

  test('any limit below the cost is out of gas, any from it on the same answer', async () => {
    const model = await store.put(lookup())
    const calls = [
      encode('infer', model, [1n, 2n]),
      encode('inferTensors', model, [travelling(int64(1n, 2n))]),
      encode('infer', model, [1n, 9n]),
      encode('infer', model, [2n ** 64n]),
      encode('quote', model, [[2]]),
      encode('quote', model, [[2], [2]]),
      encode('describe', model),
      encode('admit', model),
      Uint8Array.of(1, 2, 3),
    ]
    for (const calldata of calls) {
      const full = await precompile.call(calldata, PLENTY)
      await fc.assert(
        fc.asyncProperty(fc.bigInt(0n, 2n * full.gasUsed), async (limit) => {
          const result = await precompile.call(calldata, limit)
          if (limit >= full.gasUsed) expect(result).toEqual(full)
          else expect(result).toMatchObject({ outOfGas: true, gasUsed: limit })
        }),
        { numRuns: 40, seed: 7, examples: [[full.gasUsed], [full.gasUsed - 1n], [0n]] },
      )
    }
  })

  test('a refused request costs what was done up to there', async () => {
    const model = await store.put(elementwise('Neg', Dtype.float32))
    const unlisted = encode('infer', `0x${'12'.repeat(32)}`, [1n])
    expect((await precompile.call(unlisted, PLENTY)).gasUsed).toBe(
      BASE + defaultSchedule.words(unlisted.length, 0),
    )
    const huge = encode('quote', model, [[0xffffffff]])
    expect((await precompile.call(huge, PLENTY)).gasUsed).toBe(
      defaultSchedule.inference({ ...NO_COST, nodes: 1 }) + defaultSchedule.words(huge.length, 0),
    )
  })

  test('calldata longer than its content is charged by its length', async () => {
    const model = await store.put(elementwise('Neg', Dtype.float32))
    const calldata = encode('infer', model, [1n])
    const padded = Uint8Array.from([...calldata, ...new Uint8Array(32_000)])
    const [plain, long] = [
      await precompile.call(calldata, PLENTY),
      await precompile.call(padded, PLENTY),
    ]
    expect(long.returnData).toEqual(plain.returnData)
    expect(long.gasUsed - plain.gasUsed).toBeGreaterThan(defaultSchedule.words(31_000, 0))
  })

  test('answers neither change with the memo nor become cheaper by it', async () => {
    const model = await store.put(WAKEWORD)
    const calldata = encode('inferTensors', model, [travelling(random([1, 25, 96], 77))])
    const forgetful = createInferencePrecompile({ store, engine, memoBytes: 0 })
    runs = 0
    const results = []
    for (let i = 0; i < 2; i++) {
      results.push(await precompile.call(calldata, PLENTY))
      results.push(await forgetful.call(calldata, PLENTY))
    }
    for (const result of results) expect(result).toEqual(results[0])
    expect(runs).toBe(3)
  })
})

describe('describe', () => {
  test('tells class, inputs, outputs and size', async () => {
    const bytes = lookup()
    const model = await store.put(bytes)
    const result = await call(PLENTY, 'describe', model)
    expect(decode('describe', result)).toEqual({
      class: 0,
      inputDtypes: [Dtype.int64],
      inputShapes: [[-1]],
      outputDtypes: [Dtype.float32],
      outputShapes: [[-1]],
      bytesLength: BigInt(bytes.length),
      baseGas: BASE,
    })
    const calldata = encode('describe', model)
    expect(result.gasUsed).toBe(
      BASE + defaultSchedule.words(calldata.length, result.returnData.length),
    )
  })
})

describe('admit', () => {
  const unlisted = { isRegistered: async () => false }

  test('charges and returns the price of registration, before the chain lists the model', async () => {
    const bytes = denseNetwork()
    const calldata = encode('admit', await store.put(bytes))
    const gas = defaultSchedule.registration(readModel(bytes).loadCost)
    const result = await precompile.call(calldata, PLENTY, unlisted)
    expect(decode('admit', result)).toBe(gas)
    expect(result.gasUsed).toBe(BASE + defaultSchedule.words(calldata.length, 0) + gas)
    expect(result.inference).toBeUndefined()
  })

  test('error: bytes that are no admitted model revert and cost their size', async () => {
    const bytes = new Uint8Array(4000).fill(7)
    const model = await store.put(bytes)
    const calldata = encode('admit', model)
    const result = await precompile.call(calldata, PLENTY, unlisted)
    expect(revertOf(result)).toEqual({ errorName: 'ModelRefused', args: [model] })
    expect(result.gasUsed).toBe(
      BASE +
        defaultSchedule.words(calldata.length, 0) +
        defaultSchedule.registration({ bytes: 4000, nodes: 0 }),
    )
  })

  test('error: a blob that this node lacks is a fault of the node', async () => {
    const model = `0x${'34'.repeat(32)}`
    await expect(precompile.call(encode('admit', model), PLENTY, unlisted)).rejects.toMatchObject({
      name: 'ModelBlobMissingError',
      model,
    })
  })
})
