import { writeFile } from 'node:fs/promises'
import {
  createInferencePrecompile,
  createMemoryStore,
  createWasmEngine,
  type InferencePrecompile,
  type ModelStore,
  readModel,
  type Tensor,
  tensorsCalldata,
} from '@lockstep/precompile'
import { takesNumbers } from '../precompile/src/call/inputs.js'
import { numbersCalldata } from './calldata.js'
import { cpuTimes } from './cpu.js'
import { adversarialGraphs } from './graphs.js'
import { type BenchModel, benchModels, compileModels, trainedModels } from './models.js'
import { type PlotRow, plotBlockTimes } from './plot.js'
import { median, toTable } from './table.js'

export const BLOCK_GAS = 30_000_000
const GAS_LIMIT = 10n ** 12n
/** Inputs that a subject takes in turn; nothing remembers an answer. */
const INPUTS = 4

interface Sample extends PlotRow {
  readonly ms: number
  readonly gas: number
}

/**
 * CPU time per gas of whole calls of the precompile on the canonical engine: decoding, hashing, the way to a worker
 * and back, the run, encoding.
 * @param isPlotted - Whether to draw `docs/gas.svg` anew.
 */
export async function benchGas(isPlotted: boolean): Promise<string> {
  const store = createMemoryStore()
  const engine = createWasmEngine({ threads: 1 })
  const precompile = createInferencePrecompile({ store, engine, memoBytes: 0 })
  const real = [...benchModels, ...trainedModels, ...(await compileModels())]
  const models = await measure(precompile, store, real)
  const graphs = await measure(precompile, store, adversarialGraphs())
  await precompile.close()
  const middle = median(models.map(({ blockMs }) => blockMs))
  if (isPlotted) {
    const svg = plotBlockTimes({ models, graphs, median: middle })
    await writeFile(new URL('../docs/gas.svg', import.meta.url), svg)
  }
  return [
    toTable('Models', HEADER, rowsOf(models, middle)),
    toTable('Graphs of one operator, made to be cheap', HEADER, rowsOf(graphs, middle)),
  ].join('\n')
}

const HEADER = ['model', 'CPU ms a call', 'gas', 'ms for 30M gas', 'ratio to the models’ median']

function rowsOf(samples: readonly Sample[], middle: number): string[][] {
  return samples.map(({ name, ms, gas, blockMs }) => [
    name,
    ms.toFixed(3),
    String(gas),
    blockMs.toFixed(0),
    (blockMs / middle).toFixed(2),
  ])
}

async function measure(
  precompile: InferencePrecompile,
  store: ModelStore,
  models: readonly BenchModel[],
): Promise<readonly Sample[]> {
  const subjects = await Promise.all(models.map((model) => toSubject(precompile, store, model)))
  const times = await cpuTimes(subjects, { rounds: 8, turnMs: 25, warmUpMs: 300 })
  const samples: Sample[] = []
  for (const [i, { name, run }] of subjects.entries()) {
    const ms = times[i] as number
    const gas = await run(0)
    samples.push({ name, ms, gas, blockMs: (ms * BLOCK_GAS) / gas })
  }
  return samples
}

async function toSubject(precompile: InferencePrecompile, store: ModelStore, model: BenchModel) {
  await store.put(model.bytes)
  const calls = Array.from({ length: INPUTS }, (_, round) => calldataOf(model, model.inputs(round)))
  return {
    name: model.name,
    async run(round: number): Promise<number> {
      const result = await precompile.call(calls[round % INPUTS] as Uint8Array, GAS_LIMIT)
      if (!result.success) throw new Error(`The call of ${model.name} failed.`)
      return Number(result.gasUsed)
    },
  }
}

/** As a contract would send it: numbers where `infer` takes the model, though tensors are quicker for the same price. */
function calldataOf({ bytes }: BenchModel, inputs: readonly Tensor[]): Uint8Array {
  const model = readModel(bytes)
  return takesNumbers(model)
    ? numbersCalldata(model, inputs[0] as Tensor)
    : tensorsCalldata(model.id, inputs)
}
