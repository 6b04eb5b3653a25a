import { execFile } from 'node:child_process'
import { copyFile, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../node/testing/folder.js'
import type { Outcome } from './testing/command.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const model = join(root, 'examples/volatility/model/volatility.onnx')

/** The scripts of the action's steps, in order. */
async function scripts(): Promise<string[]> {
  const text = await readFile(join(root, 'action.yml'), 'utf8')
  return [...text.matchAll(/^ {6}run: (.+)$/gm)].map(([, script = '']) => script)
}

/** A project that depends on what is here. */
async function project(): Promise<string> {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'package.json'), '{"private":true}')
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Runs a script as the runner does. */
function run(script: string, cwd: string, variables: Record<string, string>): Promise<Outcome> {
  const env = { ...process.env, NO_COLOR: '1', ...variables }
  return new Promise((resolve) => {
    execFile('bash', ['-eo', 'pipefail', '-c', script], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

describe('the GitHub action', () => {
  test('records, replays, and fails visibly once one weight is changed', async () => {
    const folder = await project()
    await copyFile(model, join(folder, 'volatility.onnx'))
    const summary = join(folder, 'summary.md')
    const [lint = '', record = '', replay = ''] = await scripts()
    const variables = {
      BUNDLE: 'lockstep-bundle',
      MODELS: '',
      COMMAND: 'npx lockstep deploy volatility.onnx',
      ENGINES: 'wasm,reference',
      GITHUB_STEP_SUMMARY: summary,
    }
    expect(await run(lint, folder, { LINT: '. --compile' })).toMatchObject({ code: 0 })
    expect(await run(record, folder, variables)).toMatchObject({ code: 0 })
    expect(await run(replay, folder, variables)).toMatchObject({ code: 0 })
    expect(await readFile(summary, 'utf8')).toContain('| reference | same |')
    expect(await readFile(join(folder, 'lockstep-bundle.xml'), 'utf8')).toContain('failures="0"')

    const models = join(folder, 'lockstep-bundle/models')
    const [file = ''] = await readdir(models)
    const bytes = await readFile(join(models, file))
    bytes[400] = (bytes[400] ?? 0) ^ 1
    await writeFile(join(models, file), bytes)
    expect(await run(replay, folder, variables)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`models/${file} has the sha256`),
    })
    expect(await readFile(summary, 'utf8')).toMatch(/\*\*refused\*\*\n\n```\nThe bundle/)
  })

  test('passes the exit code of the command on', async () => {
    const folder = await project()
    const [, record = ''] = await scripts()
    const variables = { BUNDLE: 'bundle', MODELS: '', COMMAND: 'exit 9' }
    expect((await run(record, folder, variables)).code).toBe(9)
  })
})
