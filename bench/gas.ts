import {
  createWasmEngine,
  defaultSchedule,
  type Engine,
  readModel,
  type Tensor,
} from '@lockstep/precompile'
import { adversarialGraphs } from './graphs.js'
import { type BenchModel, benchModels } from './models.js'
import { median, printTable, time } from './table.js'

const blockGas = 30_000_000

interface Sample {
  readonly name: string
  readonly ms: number
  readonly gas: number
  /** Milliseconds that a full block of such runs takes. */
  readonly blockMs: number
}

/** Time per gas of each model on the canonical engine, tensors carried there and back. */
export async function benchGas(): Promise<void> {
  const engine = createWasmEngine({ threads: 1 })
  const real = await measureAll(engine, benchModels)
  const adversarial = await measureAll(engine, adversarialGraphs())
  await engine.close()
  const middle = median(real.map(({ blockMs }) => blockMs))
  const rows = (samples: readonly Sample[]) =>
    samples.map(({ name, ms, gas, blockMs }) => [
      name,
      ms.toFixed(3),
      String(gas),
      blockMs.toFixed(0),
      (blockMs / middle).toFixed(2),
    ])
  const header = ['model', 'median ms', 'gas', 'ms per 30M gas', 'ratio to the real models’ median']
  printTable('Time per gas, real models', header, rows(real))
  printTable('Time per gas, graphs made to be cheap', header, rows(adversarial))
}

function bytesOf(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, { data }) => sum + data.byteLength, 0)
}

async function measureAll(engine: Engine, models: readonly BenchModel[]): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const model of models) samples.push(await measure(engine, model))
  return samples
}

async function measure(engine: Engine, { name, bytes, inputs }: BenchModel): Promise<Sample> {
  const model = readModel(bytes)
  // Made before the clock starts; the engine itself remembers nothing.
  const prepared = [0, 1, 2, 3].map(inputs)
  const run = (round: number) => engine.run(model, prepared[round % prepared.length] ?? [])
  await warmUp(run)
  const times = await time(run, { runs: 40, warmup: 0 })
  const ms = median(times)
  const first = prepared[0] ?? []
  const { cost } = model.evaluate(first.map(({ shape }) => shape))
  const gas = Number(
    defaultSchedule.inference(cost) +
      defaultSchedule.words(bytesOf(first), bytesOf(await engine.run(model, first))),
  )
  return { name, ms, gas, blockMs: (ms * blockGas) / gas }
}

const warmUpMs = 500

/** Runs until V8 has replaced the quickly compiled WebAssembly by the optimised one. */
async function warmUp(run: (round: number) => Promise<unknown>): Promise<void> {
  const end = performance.now() + warmUpMs
  for (let round = 0; performance.now() < end; round++) await run(round)
}
