import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createInferencePrecompile } from '../createInferencePrecompile.js'
import type { Engine } from '../engines/engine.js'
import { createWasmEngine } from '../engines/wasm.js'
import { NodeFaultError } from '../errors.js'
import type { InferencePrecompile } from '../precompile.js'
import { createMemoryStore } from '../store/memory.js'
import { Dtype } from '../tensor.js'
import { encode, PLENTY, random, revertOf, travelling } from '../testing/calls.js'
import { elementwise, longRun, lookup } from '../testing/onnx.js'
import { type WorkerWatch, watchWorkers } from '../testing/workers.js'

/** The real engine, with a count of the runs that reached it. */
let engine: Engine
let runs = 0
let workers: WorkerWatch
let precompile: InferencePrecompile
const store = createMemoryStore()

beforeEach(() => {
  runs = 0
  workers = watchWorkers()
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
afterEach(async () => {
  workers.stop()
  await precompile.close()
})

// Long enough, loading included, so that it can be caught under way.
const busyCall = async (seed: number) =>
  encode('inferTensors', await store.put(longRun(256, 100)), [travelling(random([256, 256], seed))])

describe('shared runs', () => {
  test('calls that ask the same at once share one run and get the same answer', async () => {
    const model = await store.put(elementwise('Neg', Dtype.float32))
    const calldata = encode('infer', model, [1n, 2n])
    const results = await Promise.all(
      Array.from({ length: 20 }, () => precompile.call(calldata, PLENTY)),
    )
    for (const result of results) expect(result).toEqual(results[0])
    expect(runs).toBe(1)
  })

  test('the same question by either encoding is one run', async () => {
    const model = await store.put(elementwise('Neg', Dtype.int64))
    await precompile.call(encode('infer', model, [5n]), PLENTY)
    const data = '0x0500000000000000'
    const tensor = { dtype: Dtype.int64, shape: [1], data }
    await precompile.call(encode('inferTensors', model, [tensor]), PLENTY)
    expect(runs).toBe(1)
  })

  test('a verdict of the graph is remembered too', async () => {
    const calldata = encode('infer', await store.put(lookup()), [9n])
    for (let i = 0; i < 3; i++) {
      expect(revertOf(await precompile.call(calldata, PLENTY)).errorName).toBe('GraphRejected')
    }
    expect(runs).toBe(1)
  })

  test('remembers no more bytes than it may', async () => {
    const small = createInferencePrecompile({ store, engine, memoBytes: 2_000 })
    const model = await store.put(elementwise('Neg', Dtype.float32))
    const ask = (n: number) =>
      small.call(encode('infer', model, new Array(200).fill(BigInt(n))), PLENTY)
    for (const n of [1, 2, 1, 2]) await ask(n)
    expect(runs).toBe(4)
    await ask(2)
    expect(runs).toBe(4)
  })

  test('a call that gives up leaves the run to the others', async () => {
    const calldata = await busyCall(1)
    const started = workers.nextStart()
    const abort = new AbortController()
    const reason = new Error('the transaction was replaced')
    const leaving = precompile.call(calldata, PLENTY, { signal: abort.signal })
    const staying = precompile.call(calldata, PLENTY)
    await started
    abort.abort(reason)
    await expect(leaving).rejects.toBe(reason)
    expect((await staying).success).toBe(true)
    expect(runs).toBe(1)
  })

  test('a run that everybody gave up is not what the next call gets', async () => {
    const calldata = await busyCall(2)
    const started = workers.nextStart()
    const abort = new AbortController()
    const calls = [1, 2].map(() => precompile.call(calldata, PLENTY, { signal: abort.signal }))
    const outcomes = calls.map((call) => expect(call).rejects.toMatchObject({ name: 'AbortError' }))
    await started
    abort.abort()
    await Promise.all(outcomes)
    expect((await precompile.call(calldata, PLENTY)).success).toBe(true)
    expect(runs).toBe(2)
  })
})

describe('faults of the node', () => {
  test('a worker killed in the middle of an inference changes nothing of the answer', async () => {
    const calldata = await busyCall(3)
    const forgetful = createInferencePrecompile({ store, engine, memoBytes: 0 })
    const expected = await forgetful.call(calldata, PLENTY)
    const started = workers.nextStart()
    const repeated = forgetful.call(calldata, PLENTY)
    await (await started).terminate()
    expect(await repeated).toEqual(expected)
  })

  test('a run that failed twice is asked again by the next call', async () => {
    const calldata = await busyCall(4)
    let started = workers.nextStart()
    const failing = expect(precompile.call(calldata, PLENTY)).rejects.toMatchObject({
      name: 'WorkerDiedError',
    })
    const first = await started
    started = workers.nextStart()
    await first.terminate()
    await (await started).terminate()
    await failing
    expect((await precompile.call(calldata, PLENTY)).success).toBe(true)
  })

  test('a store that fails is named as the cause', async () => {
    const broken = { ...store, get: () => Promise.reject(new Error('EIO: i/o error, read')) }
    const node = createInferencePrecompile({ store: broken, engine })
    const calldata = encode('infer', await store.put(lookup()), [1n])
    const outcome = expect(node.call(calldata, PLENTY)).rejects
    await outcome.toBeInstanceOf(NodeFaultError)
    await expect(node.call(calldata, PLENTY)).rejects.toThrow('EIO: i/o error, read')
  })

  test('a registered blob that the validator refuses stops the call', async () => {
    const model = await store.put(new Uint8Array(100).fill(9))
    await expect(precompile.call(encode('infer', model, [1n]), PLENTY)).rejects.toBeInstanceOf(
      NodeFaultError,
    )
  })
})
