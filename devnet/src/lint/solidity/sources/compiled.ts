import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LintInputError, SyntaxFaultError } from '../../errors.js'
import type { AstNode } from '../ast.js'
import type { CompiledSources } from './source.js'

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly sources?: Readonly<Record<string, { readonly ast?: AstNode }>>
}

/**
 * Compiles files as far as their syntax trees, with the compiler that npm has.
 * @param files From the project's folder.
 * @throws SyntaxFaultError for what it refuses, LintInputError when it is not installed.
 */
export async function compiledSources(
  root: string,
  files: readonly string[],
): Promise<CompiledSources> {
  const solc = await loadSolc()
  const contents = new Map<string, string>()
  for (const file of files) contents.set(file, await readFile(join(root, file), 'utf8'))
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries([...contents].map(([file, content]) => [file, { content }])),
    settings: { remappings: remappings(root), outputSelection: { '*': { '': ['ast'] } } },
  }
  const output: CompilerOutput = JSON.parse(
    solc.compile(JSON.stringify(input), { import: (name: string) => findImport(root, name) }),
  )
  const errors = output.errors?.filter(({ severity }) => severity === 'error') ?? []
  if (errors.length > 0) {
    throw new SyntaxFaultError(
      `The contracts do not compile:\n${errors.map((each) => each.formattedMessage).join('\n')}`,
      { remedy: 'Mend them, or leave files out with `exclude` in the configuration.' },
    )
  }
  return Object.entries(output.sources ?? {}).flatMap(([name, { ast }]) =>
    ast ? [{ name, ast, content: contents.get(name) }] : [],
  )
}

async function loadSolc(): Promise<typeof import('solc')> {
  try {
    return (await import('solc')).default
  } catch (cause) {
    throw new LintInputError('There is no Solidity compiler for --compile.', {
      remedy: 'Run `npm install --save-dev solc`.',
      cause,
    })
  }
}

/** The lines of remappings.txt, which Foundry and Hardhat read too. */
function remappings(root: string): string[] {
  const text = readIfThere(join(root, 'remappings.txt')) ?? ''
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes('='))
}

/** An import: from the project's folder, or of a package that a folder above has. */
function findImport(root: string, name: string): { contents: string } | { error: string } {
  const own = readIfThere(join(root, name))
  if (own !== undefined) return { contents: own }
  for (let folder = root; ; folder = dirname(folder)) {
    const contents = readIfThere(join(folder, 'node_modules', name))
    if (contents !== undefined) return { contents }
    if (folder === dirname(folder)) return { error: `File not found: ${name}` }
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw cause
  }
}
