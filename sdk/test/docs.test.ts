import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describeModel, readModel } from '@lockstep/precompile'
import solc from 'solc'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { referencePages } from '../scripts/reference/pages.js'
import { planFiles } from '../src/codegen/index.js'
import { type CodeBlock, codeBlocks } from '../src/testing/codeBlocks.js'
import { solidityContext } from './docs/context.js'

const workspace = fileURLToPath(new URL('../..', import.meta.url))
const exec = promisify(execFile)

/** A block, and the page that it stands on. */
interface Snippet extends CodeBlock {
  readonly page: string
}

let snippets: readonly Snippet[]
let folder: string

beforeAll(async () => {
  const { stdout } = await exec('git', ['ls-files', '*.md'], { cwd: workspace })
  // What is written out of the sources compiles where it stands.
  const pages = stdout
    .trim()
    .split('\n')
    .filter((page) => !page.startsWith('docs/api/'))
  const read = pages.map(async (page) => {
    const blocks = codeBlocks(await readFile(join(workspace, page), 'utf8'))
    return blocks.map((block) => ({ page, ...block }))
  })
  snippets = (await Promise.all(read)).flat()
  folder = await mkdtemp(join(workspace, 'sdk/dist/docs-'))
})

afterAll(() => rm(folder, { recursive: true }))

const nameOf = ({ page, line }: Snippet) => `${page}:${line}`
const inLanguage = (...languages: string[]) =>
  snippets.filter(({ language }) => languages.includes(language))

/** Whether the lines stand in a source of the page's own folder, as they are but for indentation. */
async function isQuoted({ page, code, language }: Snippet): Promise<boolean> {
  const home = dirname(page)
  if (!home.startsWith('examples/')) return false
  const pattern = language === 'solidity' ? '*.sol' : '*.ts'
  const { stdout } = await exec('git', ['ls-files', `${home}/**/${pattern}`], { cwd: workspace })
  const wanted = squeeze(code)
  for (const file of stdout.trim().split('\n')) {
    if (squeeze(await readFile(join(workspace, file), 'utf8')).includes(wanted)) return true
  }
  return false
}

function squeeze(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

test('the reference is what the sources say: `npm run docs` writes it', async () => {
  for (const { path, text } of referencePages()) expect(await readFile(path, 'utf8')).toBe(text)
})

describe('code on the pages', () => {
  test('has a language that says how it is checked', () => {
    const known = ['', 'js', 'json', 'sh', 'solidity', 'text', 'toml', 'ts', 'yaml']
    const unknown = snippets.filter(({ language }) => !known.includes(language))
    expect(unknown.map(nameOf)).toEqual([])
    expect(inLanguage('ts').length).toBeGreaterThan(10)
    expect(inLanguage('solidity').length).toBeGreaterThan(10)
  })

  test('TypeScript type-checks, or is quoted from the example', async () => {
    const { typescript } = await generateVolatility()
    for (const snippet of inLanguage('ts')) {
      if (await isQuoted(snippet)) continue
      const target = join(folder, `${basename(dirname(snippet.page))}-${snippet.line}`)
      await mkdir(join(target, 'generated'), { recursive: true })
      await writeFile(join(target, 'generated/volatility.ts'), typescript)
      await writeFile(
        join(target, 'snippet.ts'),
        `// ${nameOf(snippet)}\n${snippet.code}\nexport {}\n`,
      )
    }
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../../tsconfig.base.json',
        // Of the options, those that readers have: contracts that Hardhat compiles get their types only then.
        compilerOptions: { noEmit: true, types: ['node'], noUncheckedIndexedAccess: false },
        include: ['**/*.ts', '../../test/docs/globals.d.ts'],
      }),
    )
    const tsc = join(workspace, 'node_modules/.bin/tsc')
    const checked = await exec(tsc, ['-p', folder]).catch((error) => error)
    expect(checked.stdout).toBe('')
  })

  test('Solidity compiles, or is quoted from the example', async () => {
    const sources: Record<string, { content: string }> = {}
    for (const snippet of inLanguage('solidity')) {
      if (await isQuoted(snippet)) continue
      // The guide's blocks name their files and import one another.
      const path = snippet.title ? `guide/${snippet.title}` : `${nameOf(snippet)}.sol`
      sources[path] = {
        content: snippet.title ? snippet.code : wholeSource(snippet.code, solidityContext),
      }
    }
    const { solidity } = await generateVolatility()
    expect(compileAll(sources, solidity)).toEqual([])
  })
})

/** A file by itself; functions, in a contract that has what they name; else statements, in a function of it. */
function wholeSource(code: string, context: string): string {
  if (code.includes('pragma solidity')) return code
  const lines = code.split('\n')
  const imports = lines.filter((line) => line.startsWith('import'))
  const body = lines.filter((line) => !line.startsWith('import')).join('\n')
  if (/^(abstract )?contract /m.test(body)) return `${pragma}\n${code}`
  const inside = /^function /m.test(body) ? body : `function snippet() external {\n${body}\n}`
  const head = withoutDuplicates([
    ...imports,
    ...context.split('\n').filter((l) => l.startsWith('import')),
  ])
  const rest = context.split('\n').filter((line) => !line.startsWith('import'))
  return [...head, rest.join('\n').replace('// SNIPPET', inside)].join('\n')
}

const pragma = '// SPDX-License-Identifier: MIT\npragma solidity ^0.8.24;'

function withoutDuplicates(lines: readonly string[]): string[] {
  return [...new Set(lines)]
}

/** What stands under an error, where it is one. */
interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
}

function compileAll(
  sources: Readonly<Record<string, { readonly content: string }>>,
  library: string,
): readonly string[] {
  const input = {
    language: 'Solidity',
    sources,
    settings: { evmVersion: 'prague', outputSelection: { '*': { '*': ['abi'] } } },
  }
  const findImport = (path: string) => {
    if (path.endsWith('generated/VolatilityModel.sol')) return { contents: library }
    return { contents: readFileSync(join(workspace, path.replace('@lockstep/', '')), 'utf8') }
  }
  const output: Output = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport }))
  const errors = output.errors?.filter(({ severity }) => severity === 'error') ?? []
  return errors.map(({ formattedMessage }) => formattedMessage)
}

/** What `lockstep generate` makes of the model that the pages name. */
async function generateVolatility(): Promise<{ typescript: string; solidity: string }> {
  const file = join(workspace, 'examples/volatility/model/volatility.onnx')
  const description = describeModel(readModel(await readFile(file)))
  const planned = await planFiles(
    { models: { volatility: file } },
    { root: folder, describe: async () => description },
  )
  const [typescript, solidity] = ['.ts', '.sol'].map((end) => {
    return planned.find(({ path }) => path.endsWith(end))?.text ?? ''
  })
  return { typescript: typescript ?? '', solidity: solidity ?? '' }
}
