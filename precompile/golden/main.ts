import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Digests } from './digests.js'
import type { DriverReport } from './driver.js'
import { type Environment, emulator, environments, writeEmulatedNode } from './environments.js'

/**
 * `npm run digests`: runs the golden models in every environment that this machine has and compares each answer with
 * the golden file, bit for bit. `-- --update` writes that file: exact models by the reference semantics, pinned ones
 * by the canonical engine. Words choose environments by their names.
 */

const GOLDEN = fileURLToPath(new URL('../digests.json', import.meta.url))
const DRIVER = fileURLToPath(new URL('driver.js', import.meta.url))

const { values, positionals } = parseArgs({
  options: { update: { type: 'boolean', default: false } },
  allowPositionals: true,
})

async function runDriver(
  environment: Environment,
  flags: readonly string[],
): Promise<DriverReport> {
  const { engine, cpu, nodeFlags = [], driverFlags = [] } = environment
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-digests-'))
  try {
    const node = cpu === undefined ? process.execPath : writeEmulatedNode(folder, cpu)
    return await reportOf(node, [
      ...nodeFlags,
      DRIVER,
      ...['--engine', engine, ...driverFlags, ...flags],
      ...(cpu === undefined ? [] : ['--exec-path', node]),
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function reportOf(command: string, args: readonly string[]): Promise<DriverReport> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, errors] = ['', '']
  child.stdout.on('data', (text) => {
    output += text
  })
  child.stderr.on('data', (text) => {
    errors += text
  })
  const code = await new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code))
  })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${errors}`)
  return JSON.parse(output)
}

/** Why an environment cannot be tried here, and what would help. */
function lackOf({ cpu }: Environment): string | undefined {
  if (cpu === undefined) return undefined
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return 'CPUs are emulated on x86-64 Linux only'
  }
  if (spawnSync(emulator, ['--version']).status === 0) return undefined
  return 'no QEMU is here; on Debian: eval "$(bash .ci/qemu)"'
}

/** What is promised must be there: otherwise a check that runs nothing would pass. */
function promiseOf({ cpu, engine }: Environment): string | undefined {
  const names = cpu ? ['LOCKSTEP_QEMU'] : engine === 'webgpu' ? ['VK_ICD_FILENAMES'] : []
  return names.find((name) => process.env[name])
}

async function update(): Promise<void> {
  const digests: Record<string, Digests[string]> = {}
  for (const engine of ['wasm', 'reference'] as const) {
    const report = await runDriver({ name: engine, engine }, [])
    if (report.status !== 'done') throw new Error(`${engine}: ${report.reason}`)
    Object.assign(digests, report.digests)
  }
  writeFileSync(GOLDEN, `${JSON.stringify(digests, null, 2)}\n`)
  console.log(`Wrote ${Object.keys(digests).length} models to precompile/golden/digests.json.`)
}

interface Verdict {
  readonly isRight: boolean
  readonly lines: readonly string[]
}

async function check(environment: Environment): Promise<Verdict> {
  const started = performance.now()
  const lack = lackOf(environment)
  const report: DriverReport = lack
    ? { status: 'unavailable', reason: lack }
    : await runDriver(environment, ['--golden', GOLDEN])
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const title = environment.name.padEnd(20)
  if (report.status === 'unavailable') {
    const promise = promiseOf(environment)
    const word = promise ? `FAILED: ${promise} is set, but` : 'skipped:'
    return { isRight: promise === undefined, lines: [`${title} ${word} ${report.reason}`] }
  }
  const { models, answers, device, differences } = report
  const verdict = differences.length === 0 ? 'equal' : `${differences.length} DIFFER`
  const line = `${title} ${models} models, ${answers} answers, ${verdict}, ${seconds} s${device ? `, on ${device}` : ''}`
  const lines = [line, ...differences.map((difference) => `  ${difference}`)]
  return { isRight: differences.length === 0, lines }
}

/** As many at a time as there are cores, told of in their order. @returns whether nothing is wrong */
async function checkAll(chosen: readonly Environment[]): Promise<boolean> {
  const verdicts = new Map<Environment, Verdict>()
  const untold = [...chosen]
  const tell = () => {
    for (let [first] = untold; first && verdicts.has(first); [first] = untold) {
      for (const line of verdicts.get(first)?.lines ?? []) console.log(line)
      untold.shift()
    }
  }
  const queue = chosen.values()
  const work = async () => {
    for (const environment of queue) {
      verdicts.set(environment, await check(environment))
      tell()
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return chosen.length > 0 && [...verdicts.values()].every(({ isRight }) => isRight)
}

if (values.update) await update()
else {
  const chosen = environments.filter(
    ({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
  )
  if (!(await checkAll(chosen))) process.exitCode = 1
}
