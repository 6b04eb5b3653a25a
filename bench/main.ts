import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { benchGas } from './gas.js'
import { benchOverhead } from './overhead.js'
import { benchSearch } from './search.js'
import { benchStartup } from './startup.js'
import { benchThroughput } from './throughput.js'

const { values, positionals: chosen } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    graphs: { type: 'string', default: '800' },
    graph: { type: 'string', multiple: true },
  },
  allowPositionals: true,
})
const searchOptions = {
  seed: Number(values.seed),
  graphs: Number(values.graphs),
  ...(values.graph && { names: values.graph }),
}
const benches = {
  overhead: benchOverhead,
  throughput: benchThroughput,
  gas: benchGas,
  search: () => benchSearch(searchOptions),
  startup: benchStartup,
}

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`)
for (const [name, run] of Object.entries(benches)) {
  if (chosen.length === 0 || chosen.includes(name)) await run()
}
process.exit(0)
