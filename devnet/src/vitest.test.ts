import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inferenceActions } from '@lockstep/sdk'
import { createPublicClient, http, keccak256, parseEther } from 'viem'
import { describe, expect, expectTypeOf } from 'vitest'
import { graphs } from '../../sdk/test/graphs.js'
import type { Devnet } from './devnet.js'
import { devnetTest } from './vitest.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const test = devnetTest({ models: [graphs.double] })
const to = `0x${'42'.repeat(20)}` as const

const clientOf = ({ url }: Devnet) =>
  createPublicClient({ transport: http(url) }).extend(inferenceActions())

let first: Devnet | undefined

describe('devnetTest', () => {
  test('gives a devnet with the models of the options', async ({ devnet }) => {
    expectTypeOf(devnet).toEqualTypeOf<Devnet>()
    first = devnet
    const client = clientOf(devnet)
    const model = keccak256(graphs.double)
    expect(await client.inference.infer({ model, x: [1n] })).toEqual([2n])
    await client.request({
      method: 'anvil_setBalance',
      params: [to, `0x${parseEther('3').toString(16)}`],
    } as never)
  })

  test('gives every test of the file the same one', async ({ devnet }) => {
    expect(devnet).toBe(first)
    expect(await clientOf(devnet).getBalance({ address: to })).toBe(parseEther('3'))
  })

  test('a chain for each file, ended with it, in a project that installed the package', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-vitest-'))
    try {
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
      for (const name of ['a', 'b']) {
        await writeFile(
          join(folder, `${name}.test.ts`),
          `import { writeFileSync } from 'node:fs'
import { devnetTest } from '@lockstep/devnet/vitest'
import { expect } from 'vitest'

devnetTest()('runs', async ({ devnet }) => {
  writeFileSync('${name}.url', devnet.url)
  expect(devnet.port).toBeGreaterThan(0)
})
`,
        )
      }
      const vitest = join(root, 'node_modules/vitest/vitest.mjs')
      const args = [vitest, 'run', '--root', folder, '--maxWorkers', '1']
      const { stdout } = await promisify(execFile)(process.execPath, args, {
        cwd: folder,
        env: { ...process.env, NO_COLOR: '1' },
      })
      expect(stdout).toMatch(/Tests {2}2 passed/)
      const urls = await Promise.all(
        ['a.url', 'b.url'].map((file) => readFile(join(folder, file), 'utf8')),
      )
      expect(new Set(urls).size).toBe(2)
      for (const url of urls) await expect(fetch(url)).rejects.toThrow('fetch failed')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
