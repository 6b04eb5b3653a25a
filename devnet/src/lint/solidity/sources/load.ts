import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { NoArtifactsError, StaleArtifactsError } from '../../errors.js'
import { CompiledUnit } from '../unit.js'
import { compiledSources } from './compiled.js'
import { foundrySources } from './foundry.js'
import { hardhatSources } from './hardhat.js'
import { type CompiledSources, type FoundSource, findFiles } from './source.js'

export interface SolidityOptions {
  readonly root: string
  /** The project's own Solidity files, from its folder. */
  readonly files: readonly string[]
  readonly isExcluded: (file: string) => boolean
  /** Whether to compile the files here, whatever artifacts there are. */
  readonly isCompiled: boolean
  /** Where the artifacts are, if not where Foundry or Hardhat put them. */
  readonly artifacts?: string | undefined
}

/**
 * Reads what a compiler said of a project's contracts, one unit a run.
 * @throws NoArtifactsError, NoSyntaxTreeError, StaleArtifactsError, SyntaxFaultError
 */
export async function loadUnits(options: SolidityOptions): Promise<CompiledUnit[]> {
  const { root, files, isExcluded } = options
  if (files.length === 0) return []
  const runs = options.isCompiled
    ? [await compiledSources(root, files)]
    : await artifactSources(options)
  const found = await Promise.all(runs.map((sources) => findFiles(root, sources, isExcluded)))
  requireFresh(found.flat())
  // Hardhat keeps old builds beside newer ones: what is stale in one is current in another.
  return found.map(
    (sources) =>
      new CompiledUnit(sources.map((file) => ({ ...file, isOwn: file.isOwn && !file.isStale }))),
  )
}

async function artifactSources(options: SolidityOptions): Promise<readonly CompiledSources[]> {
  const folders = options.artifacts === undefined ? ['out', 'artifacts'] : [options.artifacts]
  const runs: CompiledSources[] = []
  for (const folder of folders.map((name) => join(options.root, name))) {
    if (!(await exists(folder))) continue
    const builds = await hardhatSources(folder)
    if (builds.length > 0) runs.push(...builds)
    else runs.push(await foundrySources(folder))
  }
  if (runs.every((sources) => sources.length === 0)) {
    throw new NoArtifactsError(
      `There are ${options.files.length} Solidity files, such as ${options.files[0]}, and no artifacts in ${folders.join(' or ')}.`,
      {
        remedy:
          'Run `forge build --ast` or `npx hardhat build` first; or lint with --compile, which needs npm’s `solc`.',
      },
    )
  }
  return runs
}

function requireFresh(sources: readonly FoundSource[]): void {
  const current = new Set(sources.filter(({ isStale }) => !isStale).map(({ path }) => path))
  const stale = sources.filter(({ isStale, path }) => isStale && !current.has(path))
  if (stale.length === 0) return
  const names = [...new Set(stale.map(({ path }) => path))]
  throw new StaleArtifactsError(
    `The artifacts are older than what they were made of: ${names.join(', ')}.`,
    { remedy: 'Run `forge build --ast` or `npx hardhat build` again; or lint with --compile.' },
  )
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
