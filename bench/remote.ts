import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import {
  bytesPerElement,
  createRemoteEngine,
  createWasmEngine,
  type Engine,
  type Model,
  type RemoteEngine,
  readModel,
  type Tensor,
} from '@lockstep/precompile'
import { type BenchModel, compileModels } from './models.js'
import { median, time, toTable } from './table.js'

const MODELS = ['volatility network', 'digit reader', 'wakeword MLP', 'OCR detector 160×160'].map(
  (name) => `${name}, exact, 8 bits`,
)
const IN_FLIGHT = 8
const TURNS = 3
const MANY_RUNS = 40
/** Of a model that runs longer than this. */
const FEW_RUNS = 4
const LONG_MS = 20

/**
 * Exact models on two devnets in processes of their own, one on wasm and one on native code, beside wasm in this
 * process with as many threads as cores. All of them share this machine: what is left is what the way there costs.
 */
export async function benchRemote(): Promise<string> {
  const models = (await compileModels()).filter(({ name }) => MODELS.includes(name))
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-'))
  const servers: Server[] = []
  try {
    for (const [i, { bytes }] of models.entries()) {
      await writeFile(join(folder, `${i}.onnx`), bytes)
    }
    for (const engine of ['wasm', 'native']) servers.push(await startServer(engine, folder))
    const endpoints = servers.map(({ url }) => url)
    const rows: string[][] = []
    for (const model of models) rows.push(await measure(model, endpoints))
    return toTable(
      'Exact models here, and on two other processes that have to agree',
      ['model', 'here', `here, ${IN_FLIGHT} at a time`, 'remote', `remote, ${IN_FLIGHT} at a time`],
      rows,
    )
  } finally {
    for (const server of servers) await stop(server)
    await rm(folder, { recursive: true })
  }
}

async function measure(benched: BenchModel, endpoints: readonly string[]): Promise<string[]> {
  const model = readModel(benched.bytes)
  const local = createWasmEngine({ threads: 2 })
  // A busy machine is no slow remote.
  const patience = { hedgeMs: 60_000, deadlineMs: 60_000 }
  const remote = createRemoteEngine({ endpoints, local, sampleShare: 0, ...patience })
  try {
    await remote.prepare(model)
    const [here, there] = await compare([local, remote], model, benched)
    demandAgreement(remote, benched)
    return [
      benched.name,
      `${here.ms.toFixed(2)} ms`,
      `${here.perSecond.toFixed(0)} /s`,
      `${there.ms.toFixed(2)} ms`,
      `${there.perSecond.toFixed(0)} /s (${(there.perSecond / here.perSecond).toFixed(2)}×)`,
    ]
  } finally {
    await remote.close()
  }
}

/** A run that the local engine answered measures nothing of remotes. */
function demandAgreement(remote: RemoteEngine, { name }: BenchModel): void {
  const { agreed, ...others } = remote.report().runs
  const strays = Object.values(others).reduce((sum, count) => sum + count, 0)
  if (agreed === 0 || strays > 0) {
    throw new Error(`${name} did not run on remotes alone: ${JSON.stringify(remote.report())}`)
  }
}

interface Speed {
  /** Median of a run alone. */
  readonly ms: number
  readonly perSecond: number
}

/** The engines take turns, so that what slows the machine down slows all of them. */
async function compare(
  engines: readonly [Engine, Engine],
  model: Model,
  { inputs }: BenchModel,
): Promise<[Speed, Speed]> {
  let question = 0
  const ask = (engine: Engine) => engine.run(model, unlike(inputs(0), question++))
  const runs = (await time(() => ask(engines[0]), { runs: 3, warmup: 5 })).some(
    (ms) => ms > LONG_MS,
  )
    ? FEW_RUNS
    : MANY_RUNS
  const alone = engines.map((): number[] => [])
  const together = engines.map((): number => 0)
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [i, engine] of engines.entries()) {
      alone[i]?.push(...(await time(() => ask(engine), { runs, warmup: 2 })))
      together[i] = (together[i] ?? 0) + (await timeTogether(() => ask(engine), 4 * runs))
    }
  }
  const speed = (i: number) => ({
    ms: median(alone[i] ?? []),
    perSecond: (TURNS * 4 * runs * 1000) / (together[i] ?? Number.NaN),
  })
  return [speed(0), speed(1)]
}

/** Milliseconds that so many runs take, a few of them under way at a time. */
async function timeTogether(run: () => Promise<unknown>, count: number): Promise<number> {
  let left = count
  const started = performance.now()
  const caller = async () => {
    while (left-- > 0) await run()
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller))
  return performance.now() - started
}

/** An input that nobody was asked before, so that no memo of a devnet answers: its first elements count the questions. */
function unlike([first, ...others]: readonly Tensor[], question: number): Tensor[] {
  const { dtype, shape, data } = first as Tensor
  const own = data.slice()
  for (let digit = 0; digit < 3; digit++) {
    own[digit * bytesPerElement(dtype)] = Math.floor(question / 100 ** digit) % 100
  }
  return [{ dtype, shape, data: own }, ...others]
}

interface Server {
  readonly child: ChildProcess
  readonly url: string
}

/** A devnet as somebody else starts it, once its engine is chosen. */
async function startServer(engine: string, models: string): Promise<Server> {
  const command = fileURLToPath(new URL('../devnet/bin/lockstep.js', import.meta.url))
  const flags = ['--port', '0', '--engine', engine, '--models', models, '--serve-v2']
  const child = spawn(process.execPath, [command, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let url: string | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    url ??= /^Running models for others at (.+)\/v2$/.exec(line)?.[1]
    if (!line.startsWith('Exact models run on ')) continue
    child.stdout.resume()
    if (url !== undefined && line.startsWith(`Exact models run on ${engine}`)) return { child, url }
    child.kill()
    throw new Error(line)
  }
  throw new Error(`lockstep --engine ${engine} ended before it ran.`)
}

async function stop({ child }: Server): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
