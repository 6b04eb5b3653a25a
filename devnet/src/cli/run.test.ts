import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createDevnet } from '../devnet.js'
import { command, runCommand } from './testing/command.js'

const example = fileURLToPath(new URL('../../../examples/volatility', import.meta.url))
const models = join(example, 'model')
const unused = 'http://127.0.0.1:1'

/** `lockstep run`, in a shell that has a URL of its own already. */
const run = (...args: string[]) => runCommand(unused, ['run', ...args])
const node = (script: string) => ['--', process.execPath, '--input-type=module', '-e', script]

/** Asks the devnet for its models, in the command that runs beside it. */
const listModels = `
const url = process.env.LOCKSTEP_RPC_URL
const body = '{"jsonrpc":"2.0","id":1,"method":"lockstep_models","params":[]}'
const { result } = await (await fetch(url, { method: 'POST', body })).json()
console.log(JSON.stringify({ url, other: process.env.ETH_RPC_URL, models: result.length }))`

describe('run', () => {
  test('starts a devnet on a free port, tells the command where, and ends with it', async () => {
    const args = ['--models', models, '--env', 'ETH_RPC_URL', ...node(listModels)]
    const { code, stdout } = await run(...args)
    expect(code).toBe(0)
    const told = JSON.parse(stdout)
    expect(told).toMatchObject({ models: 1, other: told.url })
    expect(told.url).not.toBe(unused)
    await expect(fetch(told.url)).rejects.toThrow('fetch failed')
  })

  test('ends with the exit code of the command, and gives it its flags', async () => {
    const { code, stdout } = await run(
      '--',
      'sh',
      '-c',
      'echo "$1"; exit 7',
      'sh',
      '--models=nowhere',
    )
    expect([code, stdout]).toEqual([7, '--models=nowhere\n'])
  })

  test('goes on from another chain', async () => {
    const remote = await createDevnet({ port: 0, chainId: 4242 })
    try {
      const script = `
const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}'
const answer = await fetch(process.env.LOCKSTEP_RPC_URL, { method: 'POST', body })
console.log(Number((await answer.json()).result))`
      const { stdout } = await run('--fork-url', remote.url, ...node(script))
      expect(stdout).toBe('4242\n')
    } finally {
      await remote.close()
    }
  })

  test('hands a signal on, and waits for what the command makes of it', async () => {
    const script = `
process.on('SIGTERM', () => { console.log('told'); process.exit(3) })
setInterval(() => {}, 1000)
console.log('here')`
    const child = spawn(process.execPath, [command, 'run', ...node(script)])
    const ended = new Promise((resolve) => child.once('exit', resolve))
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      if (line === 'here') child.kill('SIGTERM')
    }
    expect(await ended).toBe(3)
    expect(lines).toEqual(['here', 'told'])
  })

  test('says by its exit code that a signal ended the command', async () => {
    const { code } = await run('--', 'sh', '-c', 'kill -KILL $$')
    expect(code).toBe(128 + 9)
  })

  test('error: no such command', async () => {
    const { code, stderr } = await run('--', 'no-such-forge', 'test')
    expect(code).toBe(2)
    expect(stderr).toContain('The command "no-such-forge" cannot be started (ENOENT).')
  })

  test('error: no command at all', async () => {
    expect((await run()).code).toBe(2)
  })

  test('unmodified forge test with real inference, and nothing started by hand', async () => {
    const test = 'cd "$0" && ../../node_modules/.bin/forge test'
    const { stdout } = await run('--models', models, '--', 'sh', '-c', test, example)
    expect(stdout).toMatch(/[1-9]\d* tests passed, 0 failed, 0 skipped/)
  })
})
