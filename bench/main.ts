import { parseArgs } from 'node:util'
import { benchAhead } from './ahead.js'
import { benchChain } from './chain.js'
import { benchCodec } from './codec.js'
import { benchCold } from './cold.js'
import { compareRuns } from './compare.js'
import { benchEngines } from './engines.js'
import { benchExact } from './exact.js'
import { benchGas } from './gas.js'
import { benchGrowth } from './growth.js'
import { benchInferring } from './inferring.js'
import { benchMemory } from './memory.js'
import { benchOverhead } from './overhead.js'
import { benchRemote } from './remote.js'
import { benchReplay } from './replay.js'
import { machine, writeSection } from './report.js'
import { type Measured, measuredIn, mergeRuns, readRun, writeRun } from './savedRun.js'
import { benchBundle, benchWrites } from './sdk.js'
import { benchSearch } from './search.js'
import { benchStartup } from './startup.js'
import { benchThroughput } from './throughput.js'

const { values, positionals: chosen } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    graphs: { type: 'string', default: '800' },
    graph: { type: 'string', multiple: true },
    write: { type: 'boolean', default: false },
    json: { type: 'string' },
    compare: { type: 'string' },
    repeat: { type: 'string', default: '1' },
  },
  allowPositionals: true,
})
const searchOptions = {
  seed: Number(values.seed),
  graphs: Number(values.graphs),
  ...(values.graph && { names: values.graph }),
}

/** Each gives Markdown for its section of a page in `docs/`. */
const benches: Readonly<Record<string, readonly [page: string, run: () => Promise<string>]>> = {
  overhead: ['benchmarks.md', benchOverhead],
  codec: ['benchmarks.md', benchCodec],
  ahead: ['benchmarks.md', benchAhead],
  throughput: ['benchmarks.md', benchThroughput],
  inferring: ['benchmarks.md', benchInferring],
  engines: ['benchmarks.md', benchEngines],
  gas: ['gas.md', () => benchGas(values.write)],
  cold: ['gas.md', benchCold],
  search: ['gas.md', () => benchSearch(searchOptions)],
  growth: ['benchmarks.md', benchGrowth],
  startup: ['benchmarks.md', benchStartup],
  chain: ['benchmarks.md', benchChain],
  memory: ['benchmarks.md', benchMemory],
  exact: ['exact.md', benchExact],
  bundle: ['benchmarks.md', benchBundle],
  writes: ['benchmarks.md', benchWrites],
  replay: ['replay.md', benchReplay],
  remote: ['remote.md', benchRemote],
}

const saved = values.compare === undefined ? undefined : await readRun(values.compare)
console.log(machine())
const measured: Measured[] = []
for (const [name, [page, run]] of Object.entries(benches)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  const runs: Measured[][] = []
  for (let i = 0; i < Number(values.repeat); i++) {
    const text = await run()
    console.log(`\n${text}`)
    if (values.write) await writeSection(page, name, text)
    runs.push(measuredIn(name, text))
  }
  measured.push(...mergeRuns(runs))
}
const current = {
  version: 1,
  date: new Date().toISOString(),
  machine: machine(),
  measured,
} as const
if (values.json !== undefined) await writeRun(values.json, current)
if (saved) console.log(`\n${compareRuns(saved, current)}`)
process.exit(0)
