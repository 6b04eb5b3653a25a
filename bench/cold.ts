import { createWasmEngine, Dtype, defaultSchedule, readModel } from '@lockstep/precompile'
import { runPrice } from '../precompile/src/call/price.js'
import { node, onnx, value } from '../precompile/src/testing/onnx.js'
import { cpuMsSince } from './cpu.js'
import { BLOCK_GAS } from './gas.js'
import { type BenchModel, benchModels, float32 } from './models.js'
import { toTable } from './table.js'

const ROUNDS = 5

/** What it takes to validate and load a model that no worker has loaded, beside what its registration costs. */
export async function benchCold(): Promise<string> {
  // A cache that holds one model: each one pushes out the one before.
  const engine = createWasmEngine({ threads: 1, sessionBytes: 1 })
  const other = readModel(nodes(1).bytes)
  const rows: string[][] = []
  for (const { name, bytes, inputs } of [...benchModels, nodes(2_000), nodes(10_000)]) {
    const model = readModel(bytes)
    const shapes = inputs(0).map(({ shape }) => shape)
    const call = runPrice(defaultSchedule, model, shapes, model.evaluate(shapes), 0)
    const read = await least(async () => readModel(bytes))
    const load = await least(
      () => engine.warm(model),
      () => engine.warm(other),
    )
    const registration = Number(defaultSchedule.registration(model.loadCost))
    rows.push([
      name,
      read.toFixed(1),
      load.toFixed(1),
      String(registration),
      (((read + load) * BLOCK_GAS) / registration).toFixed(0),
      String(call),
    ])
  }
  await engine.close()
  return toTable(
    'Models that no worker has loaded',
    ['model', 'validate, ms', 'load, ms', 'registration gas', 'ms for 30M of it', 'gas of a call'],
    rows,
  )
}

async function least(
  work: () => Promise<unknown>,
  before: () => Promise<unknown> = async () => {},
): Promise<number> {
  let ms = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    await before()
    const started = process.cpuUsage()
    await work()
    ms = Math.min(ms, cpuMsSince(started))
  }
  return ms
}

function nodes(count: number): BenchModel {
  const chain = Array.from({ length: count }, (_, i) =>
    node('Abs', [i === 0 ? 'x' : `t${i}`], [i === count - 1 ? 'y' : `t${i + 1}`]),
  )
  const graph = {
    nodes: chain,
    inputs: [value('x', Dtype.float32, [1, 4])],
    outputs: [{ name: 'y' }],
  }
  return {
    name: `${count} nodes`,
    bytes: onnx(graph),
    inputs: (round) => [float32([1, 4], round, 1)],
  }
}
