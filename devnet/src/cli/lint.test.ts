import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { node, onnx, value } from '../../../precompile/src/testing/onnx.js'
import { project } from '../lint/testing/project.js'
import { type Outcome, runCommand } from './testing/command.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const nowhere = 'http://127.0.0.1:1'
const lint = (args: readonly string[], variables: Record<string, string> = {}) =>
  runCommand(nowhere, ['lint', ...args], '', { GITHUB_ACTIONS: '', ...variables })

const bot = `import { inferenceActions } from '@lockstep/sdk'

export const predict = (client) => client.inference.infer({ gas: 1n })
`

const echo = onnx({
  nodes: [node('Identity', ['x'], ['y'])],
  inputs: [value('x', 6, [2])],
  outputs: [value('y', 6, [2])],
})

const config = `import { defineConfig } from '@lockstep/sdk/codegen'

export default defineConfig({
  models: {
    volatility: './volatility.onnx',
    // lockstep-lint-disable-next-line inexact-model
    'other-name': { file: './volatility.onnx' },
    echo: './echo.onnx',
  },
  lint: { class: 'exact' },
})
`

describe('lockstep lint', () => {
  test('default: a place, what is wrong and what to do; the exit code fails a job', async () => {
    const { code, stdout } = await lint([await project({ 'bot.ts': bot })])
    expect(code).toBe(1)
    expect(stdout.replace(/^.*(?=bot)/, '')).toMatchInlineSnapshot(`
      "bot.ts:3:61 fixed-gas
        The gas is fixed at 1, whatever the model costs.
        Leave \`gas\` out: viem estimates it, the inference included. To set a budget, take it from client.inference.quote.
      1 finding in 1 file.
      "
    `)
  })

  test('behavior: in a job of GitHub’s, annotations too', async () => {
    const folder = await project({ 'bot.ts': bot })
    const job = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: dirname(folder) }
    const { stdout } = await lint([folder], job)
    expect(stdout).toContain(
      `::error file=${basename(folder)}/bot.ts,line=3,col=61,title=fixed-gas::The gas is fixed at 1, whatever the model costs.%0ALeave`,
    )
  })

  test('behavior: models of another class than the configuration demands', async () => {
    const folder = await project({
      'package.json': '{"type":"module"}',
      'lockstep.config.ts': config,
      'echo.onnx': echo,
      'volatility.onnx': await readFile(join(root, 'examples/volatility/model/volatility.onnx')),
    })
    const { code, stdout } = await lint([folder, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout).findings).toMatchInlineSnapshot(`
      [
        {
          "column": 5,
          "file": "lockstep.config.ts",
          "line": 5,
          "message": "The model volatility, ./volatility.onnx, is of the class pinned, where the configuration demands exact.",
          "remedy": "Turn it into integers: npx lockstep compile ./volatility.onnx -o volatility.exact.onnx",
          "rule": "inexact-model",
        },
      ]
    `)
  })

  test('error: as JSON, with a name', async () => {
    const folder = await project({ 'lockstep.config.ts': 'export default {}' })
    const { code, stdout } = await lint([folder, '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout).error).toMatchObject({ name: 'LintInputError', exitCode: 2 })
  })

  test('behavior: every example of --help runs; nothing is found in our own', async () => {
    const { stdout } = await lint(['--help'])
    const examples = [...stdout.matchAll(/^ {2}\$ (npx lockstep .*)$/gm)].map(([, line]) => line)
    expect(examples.length).toBeGreaterThan(1)
    for (const line of examples) expect(await shell(line as string)).toMatchObject({ code: 0 })
  })
})

function shell(line: string): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile('bash', ['-c', line], { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}
