import {
  createInferencePrecompile,
  createMemoryStore,
  createWasmEngine,
  type InferencePrecompile,
  readModel,
  type Tensor,
  tensorsCalldata,
} from '@lockstep/precompile'
import * as ort from 'onnxruntime-web'
import { bytesToHex } from 'viem'
import { type BenchModel, benchModels } from './models.js'
import { median, time, toTable } from './table.js'

const gasLimit = 10n ** 12n

/** What a call of the precompile adds to a run of the bare engine, in the same process and run. */
export async function benchOverhead(): Promise<string> {
  ort.env.wasm.numThreads = 1
  const rows: string[][] = []
  for (const model of benchModels) rows.push(await measure(model))
  return toTable(
    'One precompile call beside the bare engine (median ms)',
    ['model', 'bare run', 'call', 'overhead', 'memo hit'],
    rows,
  )
}

async function measure(model: BenchModel): Promise<string[]> {
  const store = createMemoryStore()
  const id = await store.put(model.bytes)
  const rounds = await roundsOf(model)
  const bare = median(await bareTimes(model, rounds))
  const precompile = createInferencePrecompile({
    store,
    engine: createWasmEngine({ threads: 1 }),
    memoBytes: 0,
  })
  const calls = Array.from({ length: rounds.runs + rounds.warmup }, (_, round) =>
    tensorsCalldata(id, model.inputs(round)),
  )
  const call = median(
    await time((round) => expectSuccess(precompile, calls[round] as Uint8Array), rounds),
  )
  await precompile.close()
  const remembering = createInferencePrecompile({ store, engine: createWasmEngine({ threads: 1 }) })
  const hit = median(await time(() => expectSuccess(remembering, calls[0] as Uint8Array), rounds))
  await remembering.close()
  return [model.name, ...[bare, call, call - bare, hit].map((ms) => ms.toFixed(3))]
}

/** Warm-ups of about a second, in which V8 compiles what a node in use has long compiled. */
async function roundsOf(model: BenchModel): Promise<{ runs: number; warmup: number }> {
  const cold = median(await bareTimes(model, { runs: 10, warmup: 2 }))
  return { runs: 100, warmup: Math.min(400, Math.ceil(1000 / cold)) }
}

async function bareTimes(
  model: BenchModel,
  rounds: { runs: number; warmup: number },
): Promise<number[]> {
  const { inputs, outputs } = readModel(model.bytes)
  const session = await ort.InferenceSession.create(model.bytes, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  })
  const feeds = Array.from({ length: rounds.runs + rounds.warmup }, (_, round) =>
    Object.fromEntries(
      model.inputs(round).map((tensor, i) => [inputs[i]?.name ?? '', toOrt(tensor)]),
    ),
  )
  const names = outputs.map(({ name }) => name)
  const times = await time((round) => session.run(feeds[round] ?? {}, names), rounds)
  await session.release()
  return times
}

function toOrt({ dtype, shape, data }: Tensor): ort.Tensor {
  const bytes = data.slice().buffer
  return dtype === 7
    ? new ort.Tensor('int64', new BigInt64Array(bytes), [...shape])
    : new ort.Tensor('float32', new Float32Array(bytes), [...shape])
}

async function expectSuccess(precompile: InferencePrecompile, data: Uint8Array): Promise<void> {
  const result = await precompile.call(data, gasLimit)
  if (!result.success) throw new Error(`The call failed: ${bytesToHex(result.returnData)}`)
}
