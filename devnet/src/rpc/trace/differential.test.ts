import { readFile, writeFile } from 'node:fs/promises'
import { toHex } from 'viem'
import { expect, test } from 'vitest'
import type { Hex } from '../../node/node.js'
import { table } from '../surface/table.js'
import { startAnvil } from '../testing/anvil.js'
import { post, testServer } from '../testing/testServer.js'
import { requestOf, type Scenario, traceCorpus } from '../testing/traceCorpus.js'
import { type TraceDifference, traceDifferences } from '../testing/traceDifferences.js'
import { traceRequests } from '../testing/traceRequests.js'

const baseFee = toHex(1_000_000_000)

/** Plays a scenario on a node, and asks for every trace of it. */
async function play(url: string, scenario: Scenario, from: Hex): Promise<Record<string, unknown>> {
  const [receipt] = (
    await batch(url, [
      ...Object.entries(scenario.code).map(([owner, code]) => ['anvil_setCode', owner, code]),
      ...Object.entries(scenario.balances ?? {}).map(([owner, balance]) => [
        'anvil_setBalance',
        owner,
        toHex(balance),
      ]),
      ['anvil_setNextBlockBaseFeePerGas', baseFee],
      ['eth_sendTransactionSync', requestOf(scenario, from)],
    ])
  ).slice(-1) as [{ transactionHash: Hex; blockNumber: Hex; gasUsed: Hex }]
  const { transactionHash, blockNumber, gasUsed } = receipt
  const answers = await batch(
    url,
    Object.values(traceRequests).map((request) => request(transactionHash, blockNumber)),
  )
  const names = Object.keys(traceRequests)
  return { gasUsed, ...Object.fromEntries(names.map((name, index) => [name, answers[index]])) }
}

async function batch(url: string, requests: readonly (readonly unknown[])[]): Promise<unknown[]> {
  const body = requests.map(([method, ...params], id) => ({ jsonrpc: '2.0', id, method, params }))
  const { text } = await post(url, JSON.stringify(body))
  const answers = JSON.parse(text) as { result?: unknown; error?: unknown }[]
  return answers.map(({ result, error }) => {
    if (error) throw new Error(JSON.stringify(error))
    return result
  })
}

/** Blocks hold other roots: Anvil writes its own parent hashes. */
const ignored = new Set(['blockHash'])

/** Where two answers differ: `.calls[0].error`, or `#` for the length of a list. */
function* differences(ours: unknown, theirs: unknown, path = ''): Generator<string> {
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    if (ours.length !== theirs.length) yield `${path}#`
    for (const [index, entry] of ours.entries()) {
      if (index < theirs.length) yield* differences(entry, theirs[index], `${path}[${index}]`)
    }
  } else if (isObject(ours) && isObject(theirs)) {
    for (const name of Object.keys({ ...ours, ...theirs })) {
      if (!ignored.has(name)) yield* differences(ours[name], theirs[name], `${path}.${name}`)
    }
  } else if (ours !== theirs) {
    yield path
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function explains(known: TraceDifference, scenario: string, of: string, path: string): boolean {
  const { scenarios } = known
  if (scenarios && !scenarios.includes(scenario)) return false
  return known.of.includes(of) && known.path.test(path)
}

test('traces are those of Anvil over a corpus, but for the differences that are listed', async () => {
  const { url, addressOf } = await testServer()
  const anvil = await startAnvil('--steps-tracing')
  const unexplained: string[] = []
  const shown = new Set<TraceDifference>()
  for (const [name, scenario] of Object.entries(traceCorpus)) {
    const ours = await play(url, scenario, addressOf(0))
    const theirs = await play(anvil.url, scenario, addressOf(0))
    for (const [of, answer] of Object.entries(ours)) {
      for (const path of differences(answer, theirs[of])) {
        const known = traceDifferences.filter((entry) => explains(entry, name, of, path))
        for (const entry of known) shown.add(entry)
        if (known.length === 0) unexplained.push(`${name}: ${of}${path}`)
      }
    }
  }
  expect(unexplained).toEqual([])
  expect(traceDifferences.filter((entry) => !shown.has(entry))).toEqual([])
}, 120_000)

test('the documentation lists the differences', async () => {
  const page = new URL('../../../../docs/tracing.md', import.meta.url)
  const text = await readFile(page, 'utf8')
  const rows = traceDifferences.map(({ what, reason }) => [what, reason])
  // `UPDATE_DOCS=1 npx vitest run devnet/src/rpc/trace/differential.test.ts` writes them anew.
  const want = text.replace(
    /(<!-- differences -->\n)[\s\S]*?(\n<!-- \/differences -->)/,
    (_, start, end) => `${start}${table([['what', 'here, and in Anvil'], ...rows])}${end}`,
  )
  if (process.env.UPDATE_DOCS) await writeFile(page, want)
  expect(text).toContain('<!-- differences -->')
  expect(await readFile(page, 'utf8')).toBe(want)
})
