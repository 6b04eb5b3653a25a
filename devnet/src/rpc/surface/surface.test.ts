import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { PublicRpcSchema, TestRpcSchema, WalletRpcSchema } from 'viem'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { methods } from '../methods.js'
import { type AnvilClient, startAnvil } from '../testing/anvil.js'
import { anvilMethods, newerAnvilMethods } from './anvil.js'
import { missingMethods } from './missing.js'
import { coverageTables, knownMethods, matches, reasonFor } from './table.js'
import type { viemMethods } from './viem.js'

const served = new Set(methods.flatMap(({ names }) => names))
const page = new URL('../../../../docs/json-rpc.md', import.meta.url)
const TABLE = /(<!-- (\w+) -->\n)[\s\S]*?(\n<!-- \/\2 -->)/g
const methodNotFound = -32601

describe('coverage', () => {
  test('every method of Anvil, EDR and viem is served, or missing for a reason', () => {
    const unexplained = knownMethods.filter(
      (method) => !served.has(method) && reasonFor(method) === undefined,
    )
    expect(unexplained).toEqual([])
  })

  test('no reason is given for what is served, or for what nobody has', () => {
    const idle = Object.keys(missingMethods).filter(
      (name) => !knownMethods.some((method) => matches(name, method) && !served.has(method)),
    )
    const contradicted = [...served].filter((method) => method in missingMethods)
    expect({ idle, contradicted }).toEqual({ idle: [], contradicted: [] })
  })

  test('the documentation holds the tables', async () => {
    const text = await readFile(page, 'utf8')
    // `UPDATE_DOCS=1 npx vitest run devnet/src/rpc/surface/surface.test.ts` writes them anew.
    const want = text.replace(TABLE, (_, start, name, end) => {
      return `${start}${coverageTables[name as keyof typeof coverageTables](served)}${end}`
    })
    if (process.env.UPDATE_DOCS) await writeFile(page, want)
    expect([...text.matchAll(TABLE)].map(([, , name]) => name)).toEqual(Object.keys(coverageTables))
    expect(await readFile(page, 'utf8')).toBe(want)
  })
})

describe("Anvil's list", () => {
  /** Over HTTP Anvil knows no subscriptions. */
  const overHttp = anvilMethods.filter((name) => !/^eth_(un)?subscribe$/.test(name))

  test('holds what a real Anvil serves, and nothing that it does not', async () => {
    const anvil = await startAnvil()
    const refused = await refusedBy(anvil, overHttp)
    expect(refused).toEqual([])
    const newer = await refusedBy(anvil, newerAnvilMethods)
    expect(newer).toEqual([...newerAnvilMethods])
  })

  test('names every method that its program knows by name', async () => {
    const anvil = await startAnvil()
    const listed = new Set<string>(anvilMethods)
    const unlisted = (await namesIn(await anvilProgram())).filter((name) => !listed.has(name))
    expect(unlisted.length).toBeGreaterThan(20)
    expect(await refusedBy(anvil, unlisted)).toEqual(unlisted)
  })
})

test("viem's list holds the methods of its schemas", () => {
  type Schemas = [
    ...PublicRpcSchema,
    ...WalletRpcSchema,
    ...TestRpcSchema<'anvil'>,
    ...TestRpcSchema<'hardhat'>,
  ]
  expectTypeOf<(typeof viemMethods)[number]>().toEqualTypeOf<Schemas[number]['Method']>()
})

/** Those of the methods that the node does not know. None of the calls has parameters that a method takes. */
async function refusedBy({ url }: AnvilClient, names: readonly string[]): Promise<string[]> {
  const params = Array.from({ length: 5 }, () => ({}))
  const batch = names.map((method, id) => ({ jsonrpc: '2.0', id, method, params }))
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(batch) })
  const answers = (await response.json()) as { id: number; error?: { code: number } }[]
  const unknown = answers.filter(({ error }) => error?.code === methodNotFound)
  return unknown.map(({ id }) => names[id] ?? '').sort()
}

/** Anvil's program, of which npm holds one package for each platform. */
async function anvilProgram(): Promise<Buffer> {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const { resolve } = createRequire(import.meta.url)
  const manifest = resolve(`@foundry-rs/anvil-${process.platform}-${arch}/package.json`)
  const file = process.platform === 'win32' ? 'anvil.exe' : 'anvil'
  return readFile(join(dirname(manifest), 'bin', file))
}

/** What looks like names of methods in a program; literals stand in it one after another. */
async function namesIn(program: Buffer): Promise<string[]> {
  const namespaces =
    'eth|anvil|hardhat|evm|debug|trace|txpool|ots|erigon|web3|net|personal|tenderly'
  const runs = program.toString('latin1').match(new RegExp(`(?:${namespaces})_\\w+`, 'g')) ?? []
  const border = new RegExp(`(?<=\\w)(?=(?:${namespaces})_[a-z])`)
  const names = runs.flatMap((run) => run.split(border)).filter((name) => name.length < 60)
  return [...new Set(names)].sort()
}
