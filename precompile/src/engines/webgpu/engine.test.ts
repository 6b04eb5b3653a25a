import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NodeFaultError } from '../../errors.js'
import { readExactGraph } from '../../exact/read.js'
import { evaluateExact } from '../../exact/reference.js'
import { readModel } from '../../model/index.js'
import { Dtype, type Tensor } from '../../tensor.js'
import { findGpu } from '../../testing/gpu.js'
import { denseNetwork, node, onnx, value, weight } from '../../testing/onnx.js'
import { type ProcessWatch, watchProcesses } from '../../testing/processes.js'
import { createEngines } from '../createEngines.js'
import type { Engine } from '../engine.js'
import { writeKnownModel } from '../knownAnswers/model.js'
import { createWebGpuEngine, type WebGpuEngineOptions } from './engine.js'

const found = await findGpu()
// The tests' own device is not the one that engines open in their processes.
found?.destroy()

let processes: ProcessWatch
const faults: NodeFaultError[] = []
const engines: Engine[] = []

function engineWith(options: WebGpuEngineOptions = {}): Engine {
  const engine = createWebGpuEngine({
    allowSoftware: true,
    onFault: (fault) => {
      faults.push(fault)
    },
    ...options,
  })
  engines.push(engine)
  return engine
}

beforeEach(() => {
  processes = watchProcesses()
})
afterEach(async () => {
  processes.stop()
  await Promise.all(engines.splice(0).map((engine) => engine.close()))
  faults.length = 0
})

const SIDE = 256
const PRODUCTS = 10

/** A chain of products that keeps a GPU busy long enough to be caught in the middle of it. */
function longRun(): Uint8Array {
  const { uint8, int32 } = Dtype
  const nodes = Array.from({ length: PRODUCTS }, (_, i) => [
    node('MatMulInteger', [`h${i}`, 'w', 'zero', 'middle'], [`s${i}`]),
    node('Div', [`s${i}`, 'divisor'], [`q${i}`]),
    node('Clip', [`q${i}`, 'zero32', 'most'], [`c${i}`]),
    node('Cast', [`c${i}`], [`h${i + 1}`], { to: BigInt(uint8) }),
  ]).flat()
  const elements = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i * 37) % 251)
  return onnx({
    nodes,
    inputs: [value('h0', uint8, [SIDE, SIDE])],
    outputs: [{ name: `h${PRODUCTS}` }],
    weights: [
      weight('w', uint8, [SIDE, SIDE], elements),
      weight('zero', uint8, [], Uint8Array.of(0)),
      weight('middle', uint8, [], Uint8Array.of(125)),
      weight('divisor', int32, [], Int32Array.of(700)),
      weight('zero32', int32, [], Int32Array.of(0)),
      weight('most', int32, [], Int32Array.of(255)),
    ],
  })
}

const busyInput = (): Tensor => ({
  dtype: Dtype.uint8,
  shape: [SIDE, SIDE],
  data: Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i * 91) % 256),
})

const small = () => {
  const { bytes, inputs } = writeKnownModel('Neg', [
    { operands: [{ dtype: Dtype.int32, shape: [9], low: -9n, high: 9n }] },
  ])
  return { model: readModel(bytes), inputs, want: evaluateExact(readExactGraph(bytes), inputs) }
}

async function expectAnswer(engine: Engine): Promise<void> {
  const { model, inputs, want } = small()
  expect(await engine.run(model, inputs)).toEqual(want)
}

describe.skipIf(!found)('createWebGpuEngine', () => {
  test('passes every known answer, and another engine makes good when its GPU is lost', async () => {
    const all = createEngines({ engine: 'webgpu' })
    engines.push(all)
    expect(await all.choose()).toMatchObject({
      engine: 'webgpu',
      reports: [{ name: 'webgpu', knownAnswers: { passed: true, wrong: [], missing: [] } }],
    })
    const { model, inputs, want } = small()
    expect(await all.run(model, inputs)).toEqual(want)
    const run = all.run(model, inputs)
    processes.all[0]?.kill('SIGKILL')
    expect(await run).toEqual(want)
    expect(await all.run(model, inputs)).toEqual(want)
  })

  test('keeps running models whose weights do not fit together', async () => {
    const engine = engineWith({ sessionBytes: 1000 })
    for (let round = 0; round < 2; round++) {
      for (const operator of ['Neg', 'Abs']) {
        const operands = [{ dtype: Dtype.int32, shape: [9], low: -9n, high: 9n }]
        const { bytes, inputs } = writeKnownModel(operator, [{ operands }])
        const want = evaluateExact(readExactGraph(bytes), inputs)
        expect(await engine.run(readModel(bytes), inputs)).toEqual(want)
      }
    }
    expect(processes.all).toHaveLength(1)
  })

  test('answers many calls at once, each with its own result', async () => {
    const engine = engineWith()
    await Promise.all(Array.from({ length: 20 }, () => expectAnswer(engine)))
  })

  test('takes no pinned model', async () => {
    const input = { dtype: Dtype.float32, shape: [1, 8], data: new Uint8Array(32) }
    await expect(engineWith().run(readModel(denseNetwork()), [input])).rejects.toMatchObject({
      name: 'InexactModelError',
    })
    expect(processes.all).toEqual([])
  })
})

describe.skipIf(!found)('createWebGpuEngine: faults of the machine', () => {
  test('a GPU that is taken away in the middle of a run is a fault that says so', async () => {
    const engine = engineWith()
    const model = readModel(longRun())
    await engine.warm(model)
    const run = engine.run(model, [busyInput()])
    processes.all[0]?.kill('SIGTERM')
    await expect(run).rejects.toMatchObject({
      name: 'WorkerDiedError',
      model: model.id,
      message: expect.stringContaining('the device was lost (destroyed)'),
    })
    expect(faults).toHaveLength(1)
    await expectAnswer(engine)
    expect(processes.all).toHaveLength(2)
  })

  test('a driver that takes its process with it is a fault, and the next run starts a new one', async () => {
    const engine = engineWith()
    const model = readModel(longRun())
    await engine.warm(model)
    const run = engine.run(model, [busyInput()])
    processes.all[0]?.kill('SIGSEGV')
    await expect(run).rejects.toMatchObject({
      name: 'WorkerDiedError',
      message: expect.stringContaining('SIGSEGV'),
    })
    await expectAnswer(engine)
  })

  test('ends a run that takes longer than its limit, and goes on', async () => {
    const engine = engineWith()
    const model = readModel(longRun())
    await engine.warm(model)
    await expect(engine.run(model, [busyInput()], { timeLimitMs: 30 })).rejects.toMatchObject({
      name: 'RunTimeoutError',
    })
    await expectAnswer(engine)
  })
})

test('error: a GPU that is only emulated is not taken without being asked for', async () => {
  const { model, inputs } = small()
  await expect(engineWith({ allowSoftware: false }).run(model, inputs)).rejects.toMatchObject({
    name: 'EngineUnavailableError',
    message: expect.stringMatching(
      found
        ? /^The engine webgpu cannot be used here: the only GPU is emulated on the CPU/
        : /^The engine webgpu cannot be used here: no GPU was found/,
    ),
  })
})
