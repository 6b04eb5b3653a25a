import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { SoakResult } from '../devnet/src/replay/testing/soakResult.js'
import { writeSection } from './report.js'
import { toTable } from './table.js'

const { values } = parseArgs({
  options: {
    blocks: { type: 'string', default: '10000' },
    kills: { type: 'string', default: '100' },
    write: { type: 'boolean', default: false },
  },
})
const files = ['devnet/src/node/kill.test.ts', 'devnet/src/replay/soak.test.ts']
/** Of how many kills the table tells the memory before them. */
const steps = 10

const folder = mkdtempSync(join(tmpdir(), 'lockstep-soak-'))
const file = join(folder, 'result.json')
const { status } = spawnSync('npx', ['vitest', 'run', ...files], {
  stdio: 'inherit',
  env: {
    ...process.env,
    LOCKSTEP_SOAK_BLOCKS: values.blocks,
    LOCKSTEP_KILLS: values.kills,
    LOCKSTEP_SOAK_RESULT: file,
  },
})
const result = existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as SoakResult)
rmSync(folder, { recursive: true })
process.exitCode = status ?? 1
if (result && status === 0) {
  const text = tableOf(result)
  console.log(text)
  if (values.write) await writeSection('replay.md', 'soak', text)
}

function tableOf({ blocks, kills, transactions, inferences, ...result }: SoakResult): string {
  const every = Math.max(1, Math.ceil(result.memory.length / steps))
  const memory = result.memory.filter((_, index) => (index + 1) % every === 0)
  const rows = [
    ['seconds of life', result.livedSeconds.toFixed(0)],
    ...result.engines.map(({ engine, seconds }) => [
      `seconds of the replay on ${engine}`,
      seconds === undefined ? 'not on this machine' : seconds.toFixed(0),
    ]),
    ...memory.map(({ block, mebibytes }) => [
      `MiB of the node at block ${block}`,
      mebibytes === undefined ? 'not told' : String(mebibytes),
    ]),
  ]
  return toTable(
    `${blocks} blocks, ${transactions} transactions, ${inferences} inferences, ${kills} kills: no divergence`,
    ['of', 'what'],
    rows,
  )
}
