import { cpus } from 'node:os'
import { benchGas } from './gas.js'
import { benchOverhead } from './overhead.js'
import { benchStartup } from './startup.js'
import { benchThroughput } from './throughput.js'

const benches = {
  overhead: benchOverhead,
  throughput: benchThroughput,
  gas: benchGas,
  startup: benchStartup,
}
const chosen = process.argv.slice(2)

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`)
for (const [name, run] of Object.entries(benches)) {
  if (chosen.length === 0 || chosen.includes(name)) await run()
}
process.exit(0)
