import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { LoadedConfig } from '@lockstep/sdk/codegen'
import { Command, Option } from 'commander'
import { LintInputError } from '../lint/errors.js'
import type { LintOutcome } from '../lint/lint.js'
import { shownPath } from '../lint/projectFiles.js'
import { describeSource } from './describeSource.js'
import { ExitCode, print, printJson } from './output.js'

const example = `
Examples:
  $ npx lockstep lint examples --compile
  $ npx lockstep lint examples/volatility --compile --json

A comment sets a finding of the next line aside, in Solidity and in TypeScript:
  // lockstep-lint-disable-next-line block-context -- the seed is public by design

Exit codes:
  0 nothing was found · 1 something was found
  2 the project cannot be read: no artifacts, stale ones, code that does not compile`

interface Options {
  readonly config?: string
  readonly artifacts?: string
  readonly compile?: boolean
  readonly format?: 'terminal' | 'github'
  readonly json?: boolean
}

/** `lockstep lint`: what makes inference in a project stale, inexact, or different between two runs. Needs no node. */
export function lintCommand(): Command {
  return new Command('lint')
    .description('find what makes inference in a project stale, inexact or not repeatable')
    .argument('[folder]', 'the project', '.')
    .option('-c, --config <file>', 'the configuration (default: lockstep.config.ts of the folder)')
    .option('--artifacts <folder>', 'of Foundry or Hardhat (default: out and artifacts)')
    .option('--compile', 'compile the contracts with npm’s solc, in place of reading artifacts')
    .addOption(
      new Option(
        '--format <format>',
        'default: github in a job of GitHub’s, else terminal',
      ).choices(['terminal', 'github']),
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', example)
    .action(lint)
}

async function lint(folder: string, options: Options): Promise<void> {
  // Loaded here: it brings the TypeScript compiler, which most commands do without.
  const { lintProject } = await import('../lint/lint.js')
  const root = resolve(folder)
  const outcome = await lintProject({
    folder: root,
    loaded: await configuration(root, options.config),
    describe: describeSource,
    isCompiled: options.compile,
    artifacts: options.artifacts,
  })
  if (options.json) printJson(outcome)
  else await report(outcome, root, options)
  if (outcome.findings.length > 0) process.exitCode = ExitCode.failure
}

async function report(outcome: LintOutcome, root: string, { format }: Options): Promise<void> {
  const { terminal } = await import('../lint/report/terminal.js')
  const { github } = await import('../lint/report/github.js')
  print(terminal(seenFrom(process.cwd(), root, outcome)))
  const isGithub =
    format === undefined ? process.env.GITHUB_ACTIONS === 'true' : format === 'github'
  if (!isGithub || outcome.findings.length === 0) return
  const checkout = process.env.GITHUB_WORKSPACE ?? process.cwd()
  print(github(seenFrom(checkout, root, outcome)))
}

/** With paths that start where a reader is. */
function seenFrom(place: string, root: string, outcome: LintOutcome): LintOutcome {
  const findings = outcome.findings.map((finding) => ({
    ...finding,
    file: shownPath(place, join(root, finding.file)),
  }))
  return { ...outcome, findings }
}

/** The configuration that was named, or the project's own where it has one. */
async function configuration(root: string, file?: string): Promise<LoadedConfig | undefined> {
  const path = file ?? join(root, 'lockstep.config.ts')
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  if (!isThere && file === undefined) return undefined
  const { CodegenError, loadConfig } = await import('@lockstep/sdk/codegen')
  return loadConfig(path).catch((cause) => {
    if (!(cause instanceof CodegenError)) throw cause
    const { shortMessage, remedy } = cause
    throw new LintInputError(shortMessage, { cause, ...(remedy !== undefined && { remedy }) })
  })
}
