import {
  createNativeEngine,
  createWasmEngine,
  createWebGpuEngine,
  type Engine,
  type Model,
  readModel,
  type Sample,
  type Tensor,
  tryEngine,
} from '@lockstep/precompile'
import { InferenceSession, Tensor as NativeTensor } from 'onnxruntime-node'
import { cases, type ExactCase } from '../examples/exact/src/cases/index.js'
import { compileCase, encodeInputs } from '../examples/exact/src/compileCase.js'
import { toFloats } from '../examples/exact/src/tensors.js'
import { median, toTable } from './table.js'

const ROUNDS = 60
const WARM_UPS = 8
/** A model that runs this long is measured fewer times. */
const BUDGET_MS = 20_000
/** As many samples as make a model to measure; the table of accuracy takes all. */
const FEW_SAMPLES = 6
const MODELS = ['volatility', 'digits', 'wake-word', 'text-turn', 'text-place', 'text-reader']

type Runner = (round: number) => Promise<unknown>

/** Exact models on every engine of this machine, beside the float model `pinned` and without any of our code. */
export async function benchExact(): Promise<string> {
  const wasm = createWasmEngine({ threads: 1 })
  const { engine: native } = await tryEngine({
    name: 'native',
    create: async () => createNativeEngine({ processes: 1 }),
  })
  const { engine: webgpu } = await tryEngine({
    name: 'webgpu',
    create: async () => createWebGpuEngine(),
  })
  const engines = { wasm, ...(native && { native }), ...(webgpu && { webgpu }) }
  const rows: string[][] = []
  try {
    for (const one of cases.filter(({ name }) => MODELS.includes(name))) {
      rows.push(await measureCase(one, engines))
    }
  } finally {
    await Promise.all(Object.values(engines).map((engine) => engine.close()))
  }
  const names = Object.keys(engines).map((name) => `exact on ${name}`)
  return toTable(
    'Milliseconds of a run on one thread, and how many times as fast as `pinned`',
    ['model', '`pinned`', ...names, 'float, bare onnxruntime-node'],
    rows,
  )
}

async function measureCase(one: ExactCase, engines: Record<string, Engine>): Promise<string[]> {
  const wasm = engines.wasm as Engine
  const samples = one.calibrate()
  const few = samples.filter((_, i) => i % Math.ceil(samples.length / FEW_SAMPLES) === 0)
  const { model } = await compileCase({ ...one, calibrate: () => few }, wasm)
  const bytes = await one.read()
  const inputs = few.map((sample) => Object.values(sample))
  const exactInputs = inputs.map((tensors) => encodeInputs(model, tensors))
  const bare = await openBare(bytes, few)
  const runners: Runner[] = [
    onEngine(wasm, readModel(bytes), inputs),
    ...Object.values(engines).map((engine) => onEngine(engine, model, exactInputs)),
    bare.run,
  ]
  const times = await interleave(runners)
  await bare.close()
  const [pinned = 0, ...others] = times.map(median)
  return [
    one.title,
    pinned.toFixed(2),
    ...others.map((ms) => `${ms.toFixed(2)} (${(pinned / ms).toFixed(1)}×)`),
  ]
}

function onEngine(engine: Engine, model: Model, inputs: readonly (readonly Tensor[])[]): Runner {
  return (round) => engine.run(model, inputs[round % inputs.length] as readonly Tensor[])
}

async function openBare(bytes: Uint8Array, samples: readonly Sample[]) {
  const session = await InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  })
  const feeds = samples.map((sample) =>
    Object.fromEntries(
      Object.entries(sample).map(([name, tensor]) => [
        name,
        new NativeTensor('float32', toFloats(tensor), [...tensor.shape]),
      ]),
    ),
  )
  return {
    run: (round: number) => session.run(feeds[round % feeds.length] ?? {}),
    close: () => session.release(),
  }
}

/** One run of each after the other, so that what slows the machine down slows all of them. */
async function interleave(runners: readonly Runner[]): Promise<number[][]> {
  const times = runners.map((): number[] => [])
  const started = performance.now()
  for (let round = 0; round < WARM_UPS + ROUNDS; round++) {
    for (const [i, run] of runners.entries()) {
      const before = performance.now()
      await run(round)
      if (round >= WARM_UPS) times[i]?.push(performance.now() - before)
    }
    if (round > WARM_UPS && performance.now() - started > BUDGET_MS) break
  }
  return times
}
