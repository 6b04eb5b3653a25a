import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { NoSyntaxTreeError } from '../../errors.js'
import type { AstNode } from '../ast.js'
import { readJson } from './readJson.js'
import type { CompiledSources } from './source.js'

/** A build of Hardhat 2, or the input of one of Hardhat 3, whose output is a file of its own. */
interface BuildInfo {
  readonly _format?: string
  readonly input?: { readonly sources?: Readonly<Record<string, { readonly content?: string }>> }
  readonly output?: BuildOutput
}

interface BuildOutput {
  readonly sources?: Readonly<Record<string, { readonly ast?: AstNode }>>
}

const outputEnding = '.output.json'

/**
 * The sources of each of Hardhat's builds, `artifacts/build-info/*.json`.
 * @returns Nothing when the folder holds none of Hardhat's builds.
 * @throws NoSyntaxTreeError when a build holds no tree.
 */
export async function hardhatSources(folder: string): Promise<CompiledSources[]> {
  const builds = join(folder, 'build-info')
  const files = await readdir(builds).catch(() => [])
  const runs: CompiledSources[] = []
  for (const file of files.sort()) {
    if (!file.endsWith('.json') || file.endsWith(outputEnding)) continue
    const path = join(builds, file)
    const { _format, input, output } = await readJson<BuildInfo>(path)
    if (!_format?.startsWith('hh')) continue
    runs.push(sourcesOf(path, input, output ?? (await outputBeside(path))))
  }
  return runs
}

async function outputBeside(path: string): Promise<BuildOutput> {
  const beside = path.replace(/\.json$/, outputEnding)
  return (await readJson<{ readonly output?: BuildOutput }>(beside)).output ?? {}
}

function sourcesOf(path: string, input: BuildInfo['input'], output: BuildOutput): CompiledSources {
  return Object.entries(output.sources ?? {}).map(([name, { ast }]) => {
    if (!ast) {
      throw new NoSyntaxTreeError(`The build ${path} holds no syntax tree of ${name}.`, {
        remedy:
          "Leave 'ast' in the compiler's outputSelection, and build again; or lint with --compile.",
      })
    }
    // Hardhat 3 puts the project's own sources below a folder that is none.
    return { name: name.replace(/^project\//, ''), ast, content: input?.sources?.[name]?.content }
  })
}
