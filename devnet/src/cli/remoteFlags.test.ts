import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { createDevnet, type Devnet } from '../devnet.js'
import { whole } from '../node/testing/models.js'
import { examineRemotes } from './examineRemotes.js'
import { command, runCommand } from './testing/command.js'

/** Lines that a devnet prints until one of them is the last that is waited for. */
async function linesUntil(
  last: RegExp,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<string[]> {
  const child = spawn(process.execPath, [command, '--port', '0', ...args], {
    env: { ...process.env, NO_COLOR: '1', ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines: string[] = []
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      if (last.test(line)) break
    }
    return lines
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

/** Another machine, which runs this model for others. */
async function devnetWith(model: Uint8Array): Promise<Devnet> {
  const devnet = await createDevnet({
    port: 0,
    engine: 'wasm',
    serveInference: true,
    models: [model],
  })
  onTestFinished(() => devnet.close())
  return devnet
}

async function folderOf(model: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-remote-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'model.onnx'), model)
  return folder
}

test('a devnet says which remotes it has and what they run, and shows no key', async () => {
  const folder = await folderOf(whole.bytes)
  const other = await devnetWith(whole.bytes)
  const endpoint = `http://me:s3cret@127.0.0.1:${other.port}`
  const lines = await linesUntil(
    / runs: /,
    ['--engine', 'wasm', '--models', folder, '--serve-v2'],
    { LOCKSTEP_REMOTE_ENDPOINT: endpoint, LOCKSTEP_REMOTE_VERIFY: 'sample' },
  )
  const host = `127\\.0\\.0\\.1:${other.port}`
  expect(lines).toContainEqual(
    expect.stringMatching(/^Running models for others at http:\/\/127\.0\.0\.1:\d+\/v2$/),
  )
  expect(lines).toContainEqual(
    expect.stringMatching(new RegExp(`^Remote ${host} is there: lockstep .+, binary tensors$`)),
  )
  expect(lines.at(-1)).toBe(
    `Remote 127.0.0.1:${other.port} runs: ${whole.id}: right on 7 known answers`,
  )
  expect(lines.join()).not.toContain('s3cret')
})

test('doctor finds which remotes are there and what they run', async () => {
  const models = await folderOf(whole.bytes)
  const other = await devnetWith(whole.bytes)
  const remoteEndpoint = [other.url, 'http://me:s3cret@127.0.0.1:1']
  const remotes = await examineRemotes({ remoteEndpoint, models })
  expect(remotes).toMatchObject([
    {
      endpoint: `127.0.0.1:${other.port}`,
      state: 'up',
      build: expect.stringMatching(/^lockstep /),
      binary: true,
      models: [{ model: whole.id, standing: 'right', reason: 'right on 7 known answers' }],
    },
    { endpoint: '127.0.0.1:1', state: 'down', reason: expect.stringContaining('ECONNREFUSED') },
  ])
  expect(JSON.stringify(remotes)).not.toContain('s3cret')
})

test.each([
  [['--remote-endpoint', 'ftp://me:s3cret@host'], 'is no URL that starts with http'],
  [['--remote-endpoint', 'http://me:s3cret@host,,'], 'is no URL that starts with http'],
  [['--remote-endpoint', 'http://a', '--remote-sample', '2'], 'a number from 0 to 1'],
  [
    ['--remote-endpoint', 'http://a', '--remote-verify', 'none'],
    'Allowed choices are all, quorum, sample',
  ],
  [['--remote-verify', 'all'], 'need a --remote-endpoint'],
])('error: %j', async (args, message) => {
  const { code, stdout, stderr } = await runCommand('', ['--port', '0', ...args])
  expect(code).toBe(2)
  expect(stderr).toContain(message)
  expect(stdout + stderr).not.toContain('s3cret')
})
