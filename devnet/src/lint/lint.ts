import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoadedConfig } from '@lockstep/sdk/codegen'
import { UnreadableFileError } from './errors.js'
import { type Finding, inOrder } from './finding.js'
import { type Describe, inexactModels } from './models/inexact.js'
import { excluder, projectFiles } from './projectFiles.js'
import { enabledRules } from './rules.js'
import { lintSolidity } from './solidity/lintSolidity.js'
import { loadUnits } from './solidity/sources/load.js'
import { withoutSuppressed } from './suppressions.js'
import { lintTypescript } from './typescript/lintTypescript.js'

export interface LintOptions {
  /** The project's folder. */
  readonly folder: string
  /** What `lockstep.config.ts` says, where there is one. */
  readonly loaded?: LoadedConfig | undefined
  readonly describe: Describe
  /** Whether to compile the contracts here, in place of reading artifacts. */
  readonly isCompiled?: boolean | undefined
  /** Where the artifacts are, from the project's folder. */
  readonly artifacts?: string | undefined
}

/** What was found, in how much. */
export interface LintOutcome {
  readonly findings: readonly Finding[]
  /** How many files were looked at. */
  readonly files: number
  /** Solidity files that the compiler's output says nothing of. */
  readonly unseen: readonly string[]
}

/**
 * Looks through a project for what makes inference stale, inexact, or different between two runs.
 * @throws LintInputError when the project cannot be read as it is.
 */
export async function lintProject(options: LintOptions): Promise<LintOutcome> {
  const { folder, loaded } = options
  const config = loaded?.config.lint ?? {}
  await requireFolder(folder)
  const isExcluded = excluder(config.exclude)
  const enabled = enabledRules(config.rules)
  const solidity = await projectFiles(folder, ['.sol'], isExcluded)
  const typescript = await projectFiles(folder, ['.ts', '.tsx', '.mts'], isExcluded)
  const units = await loadUnits({
    root: folder,
    files: solidity,
    isExcluded,
    isCompiled: options.isCompiled ?? false,
    artifacts: options.artifacts ?? config.artifacts,
  })
  const demandsExact = config.class === 'exact' && enabled.has('inexact-model')
  const findings = [
    ...units.flatMap((unit) => lintSolidity(unit, enabled)),
    ...(await lintTypescript(folder, typescript, enabled)),
    ...(loaded && demandsExact ? await inexactModels(loaded, folder, options.describe) : []),
  ]
  const seen = new Set(units.flatMap(({ files }) => files.map(({ path }) => path)))
  return {
    findings: inOrder(
      withoutSuppressed(findings, (file) => readFileSync(join(folder, file), 'utf8')),
    ),
    files: solidity.length + typescript.length,
    unseen: solidity.filter((file) => !seen.has(file)),
  }
}

async function requireFolder(folder: string): Promise<void> {
  await readdir(folder).catch((cause) => {
    throw new UnreadableFileError(`The project’s folder ${folder} cannot be read.`, {
      remedy: 'Name the folder that holds its package.json or foundry.toml.',
      cause,
    })
  })
}
