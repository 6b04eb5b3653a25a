import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NodeFaultError } from '../errors.js'
import { readModel } from '../model/index.js'
import { bytesPerElement, Dtype, dtypeName, type Tensor } from '../tensor.js'
import { runBare } from '../testing/bareRuntime.js'
import { float32, int64, random } from '../testing/calls.js'
import { binary, bytesOf, denseNetwork, elementwise, longRun, lookup } from '../testing/onnx.js'
import { type WorkerWatch, watchWorkers } from '../testing/workers.js'
import type { Engine } from './engine.js'
import { CANONICAL_RUNTIME, readRuntimeBinary } from './runtime.js'
import { createWasmEngine, type WasmEngineOptions } from './wasm.js'

const WAKEWORD = readFileSync(
  new URL('../../../node_modules/openwakeword-js/models/hello_deepa.onnx', import.meta.url),
)

let workers: WorkerWatch
const faults: NodeFaultError[] = []
const engines: Engine[] = []

function engineWith(options: WasmEngineOptions = {}): Engine {
  const engine = createWasmEngine({
    threads: 1,
    onFault: (fault) => {
      faults.push(fault)
    },
    ...options,
  })
  engines.push(engine)
  return engine
}

beforeEach(() => {
  workers = watchWorkers()
})
afterEach(async () => {
  workers.stop()
  await Promise.all(engines.splice(0).map((engine) => engine.close()))
  faults.length = 0
})

// Long enough, loading included, so that a worker can be caught in the middle of it.
const BUSY = { size: 256, products: 150 }
const busyModel = () => readModel(longRun(BUSY.size, BUSY.products))
const busyInput = () => random([BUSY.size, BUSY.size], 3)

describe('createWasmEngine', () => {
  test('gives the bits of bare onnxruntime-web', async () => {
    const engine = engineWith({ threads: 2 })
    const dense = denseNetwork()
    for (let seed = 0; seed < 5; seed++) {
      const x = random([1, 8], seed)
      expect(await engine.run(readModel(dense), [x])).toEqual(await runBare(dense, [x]))
      const features = random([1, 25, 96], seed)
      expect(await engine.run(readModel(WAKEWORD), [features])).toEqual(
        await runBare(WAKEWORD, [features]),
      )
    }
  })

  test('carries elements of every dtype in and out unchanged', async () => {
    const engine = engineWith()
    // ONNX Runtime's JavaScript side knows no bfloat16.
    for (const dtype of Object.values(Dtype).filter((dtype) => dtype !== Dtype.bfloat16)) {
      const data = Uint8Array.from({ length: 5 * bytesPerElement(dtype) }, (_, i) =>
        dtype === Dtype.bool ? i % 2 : (i * 37 + 1) % 128,
      )
      const input: Tensor = { dtype, shape: [5], data }
      const model = readModel(elementwise('Identity', dtype))
      expect(await engine.run(model, [input]), dtypeName(dtype)).toEqual([input])
    }
  })

  test('takes empty tensors and views into larger buffers', async () => {
    const engine = engineWith()
    const model = readModel(elementwise('Neg', Dtype.float32))
    expect(await engine.run(model, [float32([0], [])])).toEqual([float32([0], [])])
    const buffer = bytesOf(Float32Array.of(1, 2, 3, 4))
    const view: Tensor = { dtype: Dtype.float32, shape: [2], data: buffer.subarray(4, 12) }
    expect(await engine.run(model, [view])).toEqual([float32([2], [-2, -3])])
    expect(view.data).toEqual(bytesOf(Float32Array.of(2, 3)))
  })

  test('answers many calls at once, each with its own result', async () => {
    const engine = engineWith({ threads: 2 })
    const model = readModel(binary('Add', Dtype.int64))
    const sums = Array.from({ length: 60 }, (_, i) =>
      engine.run(model, [int64(BigInt(i)), int64(1n)]),
    )
    expect(await Promise.all(sums)).toEqual(sums.map((_, i) => [int64(BigInt(i) + 1n)]))
  })

  test('keeps running models whose sessions do not fit together', async () => {
    const engine = engineWith({ sessionBytes: 500 })
    const operators = ['Neg', 'Abs', 'Relu']
    const models = operators.map((operator) => readModel(elementwise(operator, Dtype.float32)))
    for (let round = 0; round < 3; round++) {
      const results = []
      for (const model of models) results.push(await engine.run(model, [float32([1], [-1])]))
      expect(results).toEqual([[float32([1], [1])], [float32([1], [1])], [float32([1], [0])]])
    }
    expect(faults).toEqual([])
  })

  test('leaves the calling thread free while a model runs', async () => {
    const engine = engineWith()
    const run = engine.run(busyModel(), [busyInput()])
    await workers.nextStart()
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    await run
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(5)
  })

  test('loads a model ahead of its first run', async () => {
    const engine = engineWith()
    await engine.warm(readModel(denseNetwork()))
    expect(workers.all).toHaveLength(1)
    expect(faults).toEqual([])
  })
})

describe('createWasmEngine: what the graph rejects', () => {
  test('names the reason, and the worker lives on', async () => {
    const engine = engineWith()
    const model = readModel(lookup())
    await expect(engine.run(model, [int64(9n)])).rejects.toMatchObject({
      name: 'GraphRejectedError',
      model: model.id,
      reason: expect.stringContaining('indices element out of data bounds, idx=9'),
    })
    expect(await engine.run(model, [int64(2n)])).toEqual([float32([1], [2.5])])
    expect(workers.all).toHaveLength(1)
    expect(faults).toEqual([])
  })

  test('includes a division by zero', async () => {
    const engine = engineWith()
    const model = readModel(binary('Div', Dtype.int8))
    const scalar = (value: number): Tensor => ({
      dtype: Dtype.int8,
      shape: [1],
      data: Uint8Array.of(value),
    })
    await expect(engine.run(model, [scalar(7), scalar(0)])).rejects.toMatchObject({
      name: 'GraphRejectedError',
    })
  })
})

describe('createWasmEngine: faults of the machine', () => {
  test('repeats a run whose worker is killed in the middle, with the same bits', async () => {
    const engine = engineWith()
    const model = busyModel()
    const expected = await engine.run(model, [busyInput()])
    const started = workers.nextStart()
    const run = engine.run(model, [busyInput()])
    await (await started).terminate()
    expect(await run).toEqual(expected)
    expect(faults).toMatchObject([{ name: 'WorkerDiedError', model: model.id }])
  })

  test('gives up after two deaths, and names model and cause', async () => {
    const engine = engineWith()
    const model = busyModel()
    let started = workers.nextStart()
    const run = engine.run(model, [busyInput()])
    const outcome = expect(run).rejects.toThrow(
      `A worker died while it ran model ${model.id}: worker exited with code: 1`,
    )
    const first = await started
    started = workers.nextStart()
    await first.terminate()
    await (await started).terminate()
    await outcome
    expect(
      await engine.run(readModel(elementwise('Neg', Dtype.float32)), [float32([1], [1])]),
    ).toEqual([float32([1], [-1])])
  })

  test('does not lose the runs that wait behind one whose worker dies', async () => {
    const engine = engineWith()
    const started = workers.nextStart()
    const first = engine.run(busyModel(), [busyInput()])
    const model = readModel(elementwise('Neg', Dtype.float32))
    const waiting = [1, 2, 3].map((x) => engine.run(model, [float32([1], [x])]))
    await (await started).terminate()
    expect(await Promise.all(waiting)).toEqual([1, 2, 3].map((x) => [float32([1], [-x])]))
    await first
  })

  test('ends a run that takes longer than its limit, and goes on', async () => {
    const engine = engineWith()
    const model = busyModel()
    await engine.warm(model)
    await expect(engine.run(model, [busyInput()], { timeLimitMs: 50 })).rejects.toMatchObject({
      name: 'RunTimeoutError',
    })
    expect(await engine.run(model, [busyInput()])).toHaveLength(1)
  })

  test('rejects what is pending when it is closed, and what comes after', async () => {
    const engine = engineWith()
    const started = workers.nextStart()
    const model = busyModel()
    const outcomes = [busyInput(), busyInput()].map((input) =>
      expect(engine.run(model, [input])).rejects.toMatchObject({ name: 'EngineClosedError' }),
    )
    await started
    await engine.close()
    await Promise.all(outcomes)
    await expect(engine.run(model, [busyInput()])).rejects.toMatchObject({
      name: 'EngineClosedError',
    })
  })
})

describe('createWasmEngine: giving up', () => {
  test('drops a run that waits and lets the one under way finish', async () => {
    const engine = engineWith()
    const started = workers.nextStart()
    const model = busyModel()
    const first = engine.run(model, [busyInput()])
    const reason = new Error('the block was replaced')
    const abort = new AbortController()
    const second = engine.run(model, [busyInput()], { signal: abort.signal })
    await started
    abort.abort(reason)
    await expect(second).rejects.toBe(reason)
    expect(await first).toHaveLength(1)
    expect(faults).toEqual([])
  })

  test('rejects at once for a run under way, and serves the next', async () => {
    const engine = engineWith()
    const started = workers.nextStart()
    const abort = new AbortController()
    const run = engine.run(busyModel(), [busyInput()], { signal: abort.signal })
    await started
    abort.abort()
    await expect(run).rejects.toMatchObject({ name: 'AbortError' })
    const model = readModel(elementwise('Neg', Dtype.float32))
    expect(await engine.run(model, [float32([1], [5])])).toEqual([float32([1], [-5])])
    expect(faults).toEqual([])
  })

  test('does not start what was given up before', async () => {
    const engine = engineWith()
    const signal = AbortSignal.abort()
    await expect(engine.run(busyModel(), [busyInput()], { signal })).rejects.toBe(signal.reason)
    expect(workers.all).toEqual([])
  })
})

describe('readRuntimeBinary', () => {
  test('error: another binary than the pinned one is named beside it', () => {
    expect(() => readRuntimeBinary({ ...CANONICAL_RUNTIME, binarySha256: 'cafe' })).toThrow(
      `The inference engine's sha256 is ${CANONICAL_RUNTIME.binarySha256}, the chain needs cafe.`,
    )
  })
})
