import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { NoSyntaxTreeError } from '../../errors.js'
import type { AstNode } from '../ast.js'
import { readJson } from './readJson.js'
import type { CompiledSource, CompiledSources } from './source.js'

interface Artifact {
  readonly abi?: unknown
  readonly ast?: AstNode
  readonly metadata?: {
    readonly sources?: Readonly<Record<string, { readonly keccak256?: string }>>
  }
}

/**
 * The sources of Foundry's artifacts, `out/<file>/<contract>.json`, as one run: ids that collide are told apart by name.
 * @throws NoSyntaxTreeError when no artifact holds a tree.
 */
export async function foundrySources(folder: string): Promise<CompiledSources> {
  const files = await readdir(folder, { recursive: true })
  const sources = new Map<string, CompiledSource>()
  const hashes = new Map<string, string>()
  let artifacts = 0
  for (const file of files.sort()) {
    if (!file.endsWith('.json') || file.startsWith('build-info')) continue
    const { abi, ast, metadata } = await readJson<Artifact>(join(folder, file))
    if (abi !== undefined) artifacts++
    for (const [name, { keccak256 }] of Object.entries(metadata?.sources ?? {})) {
      if (keccak256) hashes.set(name, keccak256)
    }
    if (ast?.absolutePath) sources.set(ast.absolutePath, { name: ast.absolutePath, ast })
  }
  if (artifacts > 0 && sources.size === 0) throw noTrees(folder)
  return [...sources.values()].map((source) => ({ ...source, hash: hashes.get(source.name) }))
}

function noTrees(folder: string): NoSyntaxTreeError {
  return new NoSyntaxTreeError(`The artifacts in ${folder} hold no syntax trees.`, {
    remedy: 'Run `forge build --ast`, or set `ast = true` in foundry.toml; or lint with --compile.',
  })
}
