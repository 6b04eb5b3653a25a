import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { keccak256 } from 'viem'
import { isOwn, shownPath } from '../../projectFiles.js'
import type { AstNode } from '../ast.js'
import type { SolidityFile } from '../unit.js'

/** A source as a compiler's output tells of it. */
export interface CompiledSource {
  /** As the compiler named it: from the project's folder, or absolute. */
  readonly name: string
  readonly ast: AstNode
  /** What the compiler read, where the output tells. */
  readonly content?: string | undefined
  /** keccak256 of what it read, where the output tells that. */
  readonly hash?: string | undefined
}

/** The sources of one run of the compiler. */
export type CompiledSources = readonly CompiledSource[]

/** A source beside the file that it was. */
export interface FoundSource extends SolidityFile {
  /** Whether the file says something else than what was compiled. */
  readonly isStale: boolean
}

/** Reads the files of sources; those of libraries, and those that are gone, are nobody's to mend. */
export function findFiles(
  root: string,
  sources: CompiledSources,
  isExcluded: (file: string) => boolean,
): Promise<FoundSource[]> {
  return Promise.all(
    sources.map(async (source) => {
      const absolute = isAbsolute(source.name) ? source.name : join(root, source.name)
      const path = shownPath(root, absolute)
      const isCandidate = isOwn(path) && !isExcluded(path)
      const text = isCandidate ? await readFile(absolute, 'utf8').catch(() => undefined) : undefined
      if (text === undefined) {
        return { path, text: '', ast: source.ast, isOwn: false, isStale: false }
      }
      return { path, text, ast: source.ast, isOwn: true, isStale: isStale(source, text) }
    }),
  )
}

function isStale({ content, hash }: CompiledSource, text: string): boolean {
  if (content !== undefined) return content !== text
  return hash !== undefined && hash !== keccak256(Buffer.from(text))
}
