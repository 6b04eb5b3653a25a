import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NodeFaultError } from '../../errors.js'
import { readModel } from '../../model/index.js'
import { Dtype } from '../../tensor.js'
import { float32, int32 } from '../../testing/calls.js'
import { exactLongRun, exactLongRunInput } from '../../testing/exactRun.js'
import { elementwise, node, onnx, value } from '../../testing/onnx.js'
import { type ProcessWatch, watchProcesses } from '../../testing/processes.js'
import type { Engine } from '../engine.js'
import { createWasmEngine } from '../wasm.js'
import { createNativeEngine, type NativeEngineOptions } from './engine.js'

const SIZE = 384
const busyModel = readModel(exactLongRun(SIZE, 200))
const busyInput = exactLongRunInput(SIZE)
/** The smallest exact model there is: `x[4]` = `x[4]`. */
const equal = readModel(
  onnx({
    nodes: [node('Equal', ['a', 'b'], ['y'])],
    inputs: [value('a', Dtype.int32, [2]), value('b', Dtype.int32, [2])],
    outputs: [value('y', Dtype.bool, [2])],
  }),
)
const truth = (...values: number[]) => ({
  dtype: Dtype.bool,
  shape: [values.length],
  data: Uint8Array.from(values),
})

let processes: ProcessWatch
const faults: NodeFaultError[] = []
const engines: Engine[] = []

function opened(engine: Engine): Engine {
  engines.push(engine)
  return engine
}

function engineWith(options: NativeEngineOptions = {}): Engine {
  const onFault = (fault: NodeFaultError) => void faults.push(fault)
  return opened(createNativeEngine({ processes: 1, onFault, ...options }))
}

beforeEach(() => {
  processes = watchProcesses()
})
afterEach(async () => {
  processes.stop()
  await Promise.all(engines.splice(0).map((engine) => engine.close()))
  faults.length = 0
})

describe('createNativeEngine', () => {
  test.each([1, 2, 4])(
    'gives the bits of the canonical engine with %i threads',
    async (threads) => {
      const wasm = opened(createWasmEngine({ threads: 1 }))
      const native = engineWith({ threadsPerRun: threads })
      const want = await wasm.run(busyModel, [busyInput])
      expect(await native.run(busyModel, [busyInput])).toEqual(want)
      expect(new Set(want[0]?.data).size).toBeGreaterThan(100)
    },
  )

  test('says what it is', () => {
    const { engine, version, binarySha256 } = engineWith().runtimeId
    expect([engine, version]).toEqual(['onnxruntime-node', '1.30.0'])
    expect(binarySha256).toMatch(/^[0-9a-f]{64}$/)
  })

  test('answers many calls at once in several processes, each with its own result', async () => {
    const engine = engineWith({ processes: 2 })
    const runs = Array.from({ length: 40 }, (_, i) => engine.run(equal, [int32(i, 7), int32(7, 7)]))
    expect(await Promise.all(runs)).toEqual(runs.map((_, i) => [truth(i === 7 ? 1 : 0, 1)]))
    expect(processes.all).toHaveLength(2)
  })

  test('keeps running models whose sessions do not fit together', async () => {
    const engine = engineWith({ sessionBytes: 500 })
    for (let round = 0; round < 2; round++) {
      expect(await engine.run(equal, [int32(1, 2), int32(1, 3)])).toEqual([truth(1, 0)])
      await engine.warm(busyModel)
    }
    expect(processes.all).toHaveLength(1)
    expect(faults).toEqual([])
  })

  test('error: a pinned model is refused before anything starts', async () => {
    const model = readModel(elementwise('Sqrt', Dtype.float32))
    await expect(engineWith().run(model, [float32([1], [4])])).rejects.toMatchObject({
      name: 'InexactModelError',
      model: model.id,
      message: expect.stringContaining('onnxruntime-node runs exact models only'),
    })
    expect(processes.all).toEqual([])
  })
})

describe('createNativeEngine: faults of the machine', () => {
  test('a process that is killed in the middle of a run is a fault that names it', async () => {
    const engine = engineWith()
    await engine.warm(busyModel)
    const run = engine.run(busyModel, [busyInput])
    processes.all[0]?.kill('SIGSEGV')
    await expect(run).rejects.toMatchObject({
      name: 'WorkerDiedError',
      model: busyModel.id,
      message: expect.stringContaining('the process ended with SIGSEGV'),
    })
    expect(faults).toHaveLength(1)
  })

  test('does not lose the runs that wait behind one whose process dies', async () => {
    const engine = engineWith()
    await engine.warm(busyModel)
    const dying = expect(engine.run(busyModel, [busyInput])).rejects.toMatchObject({
      name: 'WorkerDiedError',
    })
    const waiting = [1, 2, 3].map((x) => engine.run(equal, [int32(x, 1), int32(2, 1)]))
    processes.all[0]?.kill('SIGKILL')
    await dying
    expect(await Promise.all(waiting)).toEqual([[truth(0, 1)], [truth(1, 1)], [truth(0, 1)]])
  })

  test('tells of an idle process that ends, and starts another', async () => {
    const engine = engineWith()
    await engine.warm(equal)
    const [first] = processes.all
    const ended = new Promise((resolve) => first?.once('exit', resolve))
    first?.kill('SIGKILL')
    await ended
    expect(faults.map(({ message }) => message)).toEqual([
      'An idle inference process ended: the process ended with SIGKILL',
    ])
    expect(await engine.run(equal, [int32(1, 2), int32(1, 3)])).toEqual([truth(1, 0)])
  })

  test('ends a run that takes longer than its limit, and goes on', async () => {
    const engine = engineWith()
    await engine.warm(busyModel)
    await expect(engine.run(busyModel, [busyInput], { timeLimitMs: 5 })).rejects.toMatchObject({
      name: 'RunTimeoutError',
    })
    expect(await engine.run(equal, [int32(1, 2), int32(1, 3)])).toEqual([truth(1, 0)])
  })

  test('rejects what is pending when it is closed, and what comes after', async () => {
    const engine = engineWith()
    const outcomes = [1, 2].map(() =>
      expect(engine.run(busyModel, [busyInput])).rejects.toMatchObject({
        name: 'EngineClosedError',
      }),
    )
    await engine.close()
    await Promise.all(outcomes)
    await expect(engine.run(equal, [int32(1, 1), int32(1, 1)])).rejects.toMatchObject({
      name: 'EngineClosedError',
    })
    expect(processes.all.every(({ signalCode }) => signalCode === 'SIGKILL')).toBe(true)
  })
})

describe('createNativeEngine: giving up', () => {
  test('drops a run that waits and lets the one under way finish', async () => {
    const engine = engineWith()
    const first = engine.run(busyModel, [busyInput])
    const reason = new Error('the block was replaced')
    const abort = new AbortController()
    const second = engine.run(busyModel, [busyInput], { signal: abort.signal })
    abort.abort(reason)
    await expect(second).rejects.toBe(reason)
    expect(await first).toHaveLength(1)
    expect(faults).toEqual([])
  })

  test('rejects at once for a run under way, and serves the next', async () => {
    const engine = engineWith()
    const abort = new AbortController()
    const run = engine.run(busyModel, [busyInput], { signal: abort.signal })
    abort.abort()
    await expect(run).rejects.toMatchObject({ name: 'AbortError' })
    expect(await engine.run(equal, [int32(1, 2), int32(1, 3)])).toEqual([truth(1, 0)])
    expect(faults).toEqual([])
  })
})
