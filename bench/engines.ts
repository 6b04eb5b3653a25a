import { availableParallelism } from 'node:os'
import {
  createNativeEngine,
  createWasmEngine,
  Dtype,
  type Engine,
  readModel,
  type Tensor,
} from '@lockstep/precompile'
import { type InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common'
import * as native from 'onnxruntime-node'
import * as web from 'onnxruntime-web'
import { type BenchModel, benchModels, compileModels } from './models.js'
import { median, time, toTable } from './table.js'

const MODELS = ['volatility network', 'wakeword MLP', 'OCR detector 160×160']
const TURNS = 5
const RUNS = 20
/** Of a model that runs longer than this. */
const FEW_RUNS = 4
const LONG_MS = 20

/** Runs a model once. */
type Runner = (round: number) => Promise<unknown>

/** Each model in both classes on each engine, beside the bare ONNX Runtimes, one thread a run. */
export async function benchEngines(): Promise<string> {
  web.env.wasm.numThreads = 1
  const exact = await compileModels()
  const models = MODELS.flatMap((name) => [
    ...benchModels.filter((model) => model.name === name),
    ...exact.filter((model) => model.name === `${name}, exact, 8 bits`),
  ])
  const threads = availableParallelism()
  const engines = [createWasmEngine({ threads }), createNativeEngine({ processes: threads })]
  try {
    const rows: string[][] = []
    for (const model of models) rows.push(await measure(model, engines))
    const columns = ['bare onnxruntime-web', 'bare onnxruntime-node', 'wasm', 'native']
    return toTable(
      `Milliseconds of a run alone, and runs per second with ${threads} threads`,
      ['model', 'class', ...columns, 'wasm, all cores', 'native, all cores'],
      rows,
    )
  } finally {
    for (const engine of engines) await engine.close()
  }
}

async function measure(model: BenchModel, engines: readonly Engine[]): Promise<string[]> {
  const parsed = readModel(model.bytes)
  const options = { graphOptimizationLevel: 'all', intraOpNumThreads: 1 } as const
  const bares = [
    await web.InferenceSession.create(model.bytes, { ...options, executionProviders: ['wasm'] }),
    await native.InferenceSession.create(model.bytes, { ...options, executionProviders: ['cpu'] }),
  ]
  // Native code gives no model of floats the bits that a chain needs: there is no such engine for it.
  const own = parsed.class === 'exact' ? engines : engines.slice(0, 1)
  const runners: Runner[] = [
    ...bares.map((session) => onBare(session, model)),
    ...own.map(
      (engine): Runner =>
        (round) =>
          engine.run(parsed, model.inputs(round)),
    ),
  ]
  const { alone, together } = await takeTurns(runners, bares.length)
  for (const session of bares) await session.release()
  const [ms, rates] = [
    alone.map((each) => each.toFixed(2)),
    together.map((each) => each.toFixed(0)),
  ]
  const none = own.length === engines.length ? [] : ['']
  return [model.name, parsed.class, ...ms, ...none, ...rates, ...none]
}

/** The runners take turns, so that what slows the machine down slows all of them. */
async function takeTurns(runners: readonly Runner[], bares: number) {
  const times = runners.map((): number[] => [])
  const spent = runners.map(() => 0)
  const first = median(await time(runners[0] as Runner, { runs: 3, warmup: 5 }))
  const runs = first > LONG_MS ? FEW_RUNS : RUNS
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [i, run] of runners.entries()) {
      times[i]?.push(...(await time(run, { runs, warmup: 2 })))
      if (i >= bares) spent[i] = (spent[i] ?? 0) + (await timeTogether(run, 2 * runs))
    }
  }
  const perSecond = (ms: number) => (2 * runs * TURNS * 1000) / ms
  return { alone: times.map(median), together: spent.slice(bares).map(perSecond) }
}

/** Milliseconds of so many runs that are all asked for at once. */
async function timeTogether(run: Runner, count: number): Promise<number> {
  const started = performance.now()
  await Promise.all(Array.from({ length: count }, (_, round) => run(round)))
  return performance.now() - started
}

function onBare(session: InferenceSession, model: BenchModel): Runner {
  return (round) => {
    const feeds = model
      .inputs(round)
      .map((tensor, i) => [session.inputNames[i] as string, toOrt(tensor)] as const)
    return session.run(Object.fromEntries(feeds))
  }
}

function toOrt({ dtype, shape, data }: Tensor): OrtTensor {
  const bytes = data.slice().buffer
  switch (dtype) {
    case Dtype.uint8:
      return new OrtTensor('uint8', new Uint8Array(bytes), [...shape])
    case Dtype.int32:
      return new OrtTensor('int32', new Int32Array(bytes), [...shape])
    default:
      return new OrtTensor('float32', new Float32Array(bytes), [...shape])
  }
}
