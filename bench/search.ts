import {
  createWasmEngine,
  type Engine,
  GraphRejectedError,
  NodeFaultError,
} from '@lockstep/precompile'
import { uniform } from './adversary/genome.js'
import { type RandomGraph, randomGraph } from './adversary/graph.js'
import { cpuMsSince } from './cpu.js'
import { toTable } from './table.js'

export interface SearchOptions {
  /** Of the first random graph; the others take the numbers after it. Default 1. */
  readonly seed?: number
  /** Random graphs to draw. Default 800. */
  readonly graphs?: number
  /** Measures the graphs of these names alone, instead of searching. */
  readonly names?: readonly string[]
}

const BLOCK_GAS = 30_000_000
/** How long a graph is measured. */
interface Effort {
  readonly warmUpMs: number
  readonly runs: number
}

interface Round extends Effort {
  readonly graphs: number
}

const PASSING: Effort = { warmUpMs: 8, runs: 3 }
const THOROUGH: Effort = { warmUpMs: 500, runs: 30 }
const ROUNDS: readonly Round[] = [
  { graphs: 60, warmUpMs: 60, runs: 5 },
  { graphs: 10, ...THOROUGH },
]
/** Random graphs from which the search climbs, and the mutations that each is given. */
const CLIMBERS = 5
const MUTATIONS = 30

interface Finding {
  readonly graph: RandomGraph
  readonly ms: number
  /** Milliseconds that a full block of such calls takes. */
  readonly blockMs: number
}

/** Looks for graphs whose calls take long for their gas: random ones, then changes of the dearest. */
export async function benchSearch({
  seed = 1,
  graphs = 800,
  names,
}: SearchOptions = {}): Promise<string> {
  const engine = createWasmEngine({ threads: 1, sessionBytes: 1 })
  const log = new Log()
  const found = names
    ? await measureAll(engine, names, log, THOROUGH)
    : await search(engine, seed, graphs, log)
  const sure = names ? found : await again(engine, found, ROUNDS)
  await engine.close()
  const last = seed + graphs - 1
  const span = names ? 'Graphs by name' : `Search from seed ${seed} to ${last}`
  const table = toTable(
    `${span}: ${log.drawn} graphs, ${log.unfit} not admitted, ${log.rejected} rejected by the engine`,
    ['graph', 'ms', 'gas', 'ms per 30M gas', 'nodes'],
    sure
      .sort(byBlockMs)
      .map(({ graph, ms, blockMs }) => [
        graph.name,
        ms.toFixed(3),
        String(graph.gas),
        blockMs.toFixed(0),
        describe(graph),
      ]),
  )
  return [table, ...log.faults.map((line) => `A fault of the node: ${line}\n`)].join('\n')
}

/** What became of the graphs that were drawn. */
class Log {
  drawn = 0
  unfit = 0
  rejected = 0
  readonly faults: string[] = []
}

/** The dearest, measured longer and longer: what is dear at first may only have run on code that is not optimised yet. */
async function again(
  engine: Engine,
  found: Finding[],
  rounds: readonly Round[],
): Promise<Finding[]> {
  const [round, ...rest] = rounds
  if (!round) return found
  const dearest = found.sort(byBlockMs).slice(0, round.graphs)
  const sure: Finding[] = []
  for (const { graph } of dearest) sure.push(await measure(engine, graph, round))
  return again(engine, sure, rest)
}

const byBlockMs = (a: Finding, b: Finding) => b.blockMs - a.blockMs

async function search(engine: Engine, seed: number, graphs: number, log: Log): Promise<Finding[]> {
  const names = Array.from({ length: graphs }, (_, i) => String(seed + i))
  const found = await measureAll(engine, names, log, PASSING)
  const starts = await again(engine, [...found], [{ graphs: CLIMBERS * 4, warmUpMs: 60, runs: 5 }])
  for (const start of starts.sort(byBlockMs).slice(0, CLIMBERS)) {
    const next = uniform(Number(start.graph.name))
    let best = start
    for (let i = 0; i < MUTATIONS; i++) {
      const name = `${best.graph.name}+${Math.floor(next() * 10_000)}`
      const [dearer] = await measureAll(engine, [name], log, PASSING)
      if (dearer && dearer.blockMs > best.blockMs) best = dearer
    }
    if (best !== start) found.push(best)
  }
  return found
}

async function measureAll(
  engine: Engine,
  names: readonly string[],
  log: Log,
  effort: Effort,
): Promise<Finding[]> {
  const found: Finding[] = []
  for (const name of names) {
    log.drawn++
    const graph = randomGraph(name)
    if (!graph) {
      log.unfit++
      continue
    }
    try {
      found.push(await measure(engine, graph, effort))
    } catch (error) {
      if (error instanceof GraphRejectedError) log.rejected++
      else if (error instanceof NodeFaultError) log.faults.push(`${name}: ${error.message}`)
      else throw error
    }
  }
  return found
}

async function measure(
  engine: Engine,
  graph: RandomGraph,
  { warmUpMs, runs }: Effort,
): Promise<Finding> {
  const inputs = [0, 1, 2].map((round) => graph.feed(round))
  const run = async (round: number) => {
    const started = process.cpuUsage()
    await engine.run(graph.model, [inputs[round % inputs.length] as (typeof inputs)[0]])
    return cpuMsSince(started)
  }
  // The first run loads the model; the next ones wait for optimised WebAssembly.
  await run(0)
  const end = process.cpuUsage()
  for (let round = 1; cpuMsSince(end) < warmUpMs; round++) await run(round)
  const times: number[] = []
  for (let round = 0; round < runs; round++) times.push(await run(round))
  // What else the machine does only adds to the time of a run.
  const ms = Math.min(...times)
  return { graph, ms, blockMs: (ms * BLOCK_GAS) / graph.gas }
}

/** `3 × Add, Conv; x[1,32]` */
function describe({ model }: RandomGraph): string {
  const nodes = Object.entries(model.operators).map(([name, times]) =>
    times === 1 ? name : `${times} × ${name}`,
  )
  const shown = nodes.length > 12 ? [...nodes.slice(0, 12), '…'] : nodes
  return shown.join(', ')
}
