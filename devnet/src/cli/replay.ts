import { appendFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type EngineName, engineNames } from '@lockstep/precompile'
import { Command, InvalidArgumentError, Option } from 'commander'
import { list } from './flag.js'
import { ExitCode, print, printJson, progress } from './output.js'

const example = `
Examples:
  $ npx lockstep record -o run -- npx lockstep deploy examples/volatility/model/volatility.onnx
  $ npx lockstep replay run --engines wasm,reference

Exit codes:
  0 everything came out as it was recorded · 6 something diverged
  1 the bundle is refused, or an engine is not there or failed`

interface ReplayFlags {
  readonly engines?: readonly EngineName[] | 'available'
  readonly client?: 'anvil'
  readonly resume?: string
  /** False where none is wanted. */
  readonly minimal?: string | false
  readonly junit?: string
  readonly summary?: boolean
  readonly json?: boolean
}

/** `lockstep replay`: executes a bundle again, once an engine, and compares every bit. Needs no node. */
export function replayCommand(): Command {
  return new Command('replay')
    .description(
      'execute a bundle again, on every engine, and compare every bit with what it records',
    )
    .argument('<bundle>', 'folder that `lockstep record` or `lockstep export` wrote')
    .option(
      '--engines <names>',
      'what runs exact models, one replay each; or all that are `available` (default: wasm)',
      engines,
    )
    .option(
      '--minimal <folder>',
      'where to write a bundle of no more than a divergence takes (default: beside this one)',
    )
    .option('--no-minimal', 'write none')
    .addOption(
      new Option(
        '--client <client>',
        'let another client execute the blocks, too; with no --engines, it alone',
      ).choices(['anvil']),
    )
    .option('--resume <folder>', 'keep unfinished replays here, and go on with them')
    .option('--junit <file>', 'write a JUnit report')
    .option('--summary', 'add a report to $GITHUB_STEP_SUMMARY')
    .option('--json', 'print one JSON object')
    .addHelpText('after', example)
    .action(replay)
}

async function replay(bundle: string, flags: ReplayFlags): Promise<void> {
  const { replayBundle } = await import('../replay/replay.js')
  const { isSame } = await import('../replay/outcome.js')
  const report = await import('../replay/report/index.js')
  const isAny = flags.engines === 'available'
  const outcome = await replayBundle(bundle, {
    engines: enginesOf(flags),
    ...(flags.client !== undefined && { client: flags.client }),
    ...(flags.resume !== undefined && { resume: flags.resume }),
    ...(flags.minimal !== false && { minimal: flags.minimal ?? `${resolve(bundle)}.divergence` }),
    onProgress: (engine, done, total) => progress(`Replaying on ${engine}`, done, total),
  }).catch(async (error: Error) => {
    if (flags.summary) await addToSummary(report.refusal(bundle, error))
    throw error
  })
  if (flags.junit !== undefined) await writeFile(flags.junit, report.junit(outcome))
  if (flags.summary) await addToSummary(report.markdown(outcome))
  if (flags.json) printJson(outcome)
  else print(report.terminal(outcome))
  if (isSame(outcome, isAny)) return
  const isDiverged = outcome.engines.some(({ status }) => status === 'diverged')
  process.exitCode = isDiverged ? ExitCode.diverged : ExitCode.failure
}

function enginesOf({ engines, client }: ReplayFlags): readonly EngineName[] {
  if (engines === 'available') return engineNames
  return engines ?? (client === undefined ? ['wasm'] : [])
}

/** GitHub shows what a job writes there. */
async function addToSummary(markdown: string): Promise<void> {
  const file = process.env.GITHUB_STEP_SUMMARY
  if (file) await appendFile(file, markdown)
}

function engines(text: string): ReplayFlags['engines'] {
  if (text === 'available') return text
  return [...new Set(list(text))].map((name) => {
    const known = engineNames.find((engine) => engine === name)
    if (known) return known
    throw new InvalidArgumentError(
      `It must be available, or of ${engineNames.join(', ')}, with commas between.`,
    )
  })
}
