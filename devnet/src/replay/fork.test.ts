import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWasmEngine, type Engine } from '@lockstep/precompile'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDevnet, type Devnet } from '../devnet.js'
import type { Hex } from '../node/node.js'
import { temporaryFolder } from '../node/testing/folder.js'
import { affine } from '../node/testing/models.js'
import { deployProbe, probeData } from '../node/testing/probe.js'
import { mined } from '../node/testing/testNode.js'
import { startAnvil } from '../rpc/testing/anvil.js'
import { rpcClient } from '../rpc/testing/testServer.js'
import { openBundle } from './bundles/open.js'
import { executeBundle } from './execute.js'
import { exportChain } from './export/exportChain.js'
import { ownConfig } from './runtime.js'
import {
  changeLines,
  changeManifest,
  copyOf,
  execute,
  inferencesOf,
  lasting,
} from './testing/bundles.js'
import { inferTransaction } from './testing/traffic.js'

let origin: Devnet
let probe: Hex
let engine: Engine
let folder: string
let bundle: string

/** A fork that reads code, storage and an old hash of the forked chain, edits its state, and calls a model. */
async function liveOnFork(url: string, bundle: string): Promise<void> {
  const fork = await createDevnet({ port: 0, fork: { url }, models: [affine.bytes] })
  try {
    const { node } = fork
    const { call } = rpcClient(fork.url)
    await call('anvil_setBalance', `0x${'ae'.repeat(20)}`, '0x5')
    await mined(node, { to: probe, data: probeData('store', 0n) })
    await mined(node, { to: probe, data: probeData('hashOf', 1n), gasLimit: 100_000n })
    await call('anvil_setBalance', `0x${'af'.repeat(20)}`, '0x5')
    const [from] = await call<Hex[]>('eth_accounts')
    await call('eth_sendTransactionSync', inferTransaction(from, affine.id, [10n ** 18n]))
    await exportChain(fork.url, bundle)
  } finally {
    await fork.close()
  }
}

beforeAll(async () => {
  engine = createWasmEngine({ threads: 1 })
  origin = await createDevnet({ port: 0 })
  probe = await deployProbe(origin.node, 7n)
  await origin.node.mine({ blocks: 3 })
  folder = await mkdtemp(join(tmpdir(), 'lockstep-fork-'))
  bundle = join(folder, 'bundle')
  await liveOnFork(origin.url, bundle)
})

afterAll(async () => {
  await Promise.all([origin.close(), engine.close()])
  await rm(folder, { recursive: true })
})

const replay = (copy: string) => execute(copy, lasting(engine))
const manifestOf = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))

type Line = Record<string, unknown>

function changeFork(copy: string, change: (lines: Line[]) => Line[]) {
  return changeLines(copy, 'fork.jsonl', change)
}

describe('a bundle of a fork', () => {
  test('is replayed without the forked chain, whose state it proves', async () => {
    expect((await manifestOf(bundle)).fork).toEqual({ provedBy: 'proofs' })
    const { blocks, inferences, divergence } = await replay(bundle)
    expect({ blocks, inferences, divergence }).toEqual({
      blocks: 3,
      inferences: 1,
      divergence: undefined,
    })
    expect(await inferencesOf(bundle)).toHaveLength(1)
  })

  test('is kept in a folder, and goes on from there', async () => {
    const dataDir = await temporaryFolder()
    for (let round = 1; round <= 2; round++) {
      const opened = await openBundle(bundle, ownConfig)
      const execution = await executeBundle(opened, { engine: lasting(engine), dataDir })
      expect(execution.divergence).toBeUndefined()
      expect(execution.blocks).toBe(3)
    }
  })

  test.each([
    // The header of Anvil's first block names the root of an empty state.
    ['the first block', 0, 'manifest'],
    ['a block that was mined', 1, 'proofs'],
  ])('of %s of a real Anvil', async (_, blocks, provedBy) => {
    const anvil = await startAnvil()
    if (blocks > 0) await anvil.call('evm_mine')
    const fork = await createDevnet({ port: 0, fork: { url: anvil.url } })
    await fork.node.mine({ blocks: 1 })
    const copy = join(await temporaryFolder(), 'bundle')
    await exportChain(fork.url, copy).finally(() => fork.close())
    expect((await replay(copy)).divergence).toBeUndefined()
    expect((await manifestOf(copy)).fork).toEqual({ provedBy })
  })

  test('error: a part of it', async () => {
    const fork = await createDevnet({ port: 0, fork: { url: origin.url } })
    await fork.node.mine({ blocks: 2 })
    const from = fork.node.head.block.header.number
    const exporting = exportChain(fork.url, join(await temporaryFolder(), 'b'), { from })
    await expect(exporting.finally(() => fork.close())).rejects.toThrow(/part of a fork/)
  })
})

describe('in what a bundle holds of the forked chain', () => {
  const probeLine = (line: Line) => line.address === probe
  const faults: [string, (lines: Line[]) => Line[], RegExp][] = [
    [
      'another balance',
      (l) => l.map((one) => (probeLine(one) ? { ...one, balance: '0x9' } : one)),
      /does not prove the account/,
    ],
    [
      'another code',
      (l) => l.map((one) => (probeLine(one) ? { ...one, code: '0x00' } : one)),
      /does not prove the account/,
    ],
    [
      'another value of a slot',
      (l) =>
        l.map((one) =>
          probeLine(one) ? { ...one, storage: { [`0x${'00'.repeat(32)}`]: '0x8' } } : one,
        ),
      /does not prove the account/,
    ],
    [
      'a node of a proof left out',
      (l) =>
        l.map((one) =>
          probeLine(one) ? { ...one, proof: (one.proof as string[]).slice(1) } : one,
        ),
      /does not prove the account/,
    ],
    ['an account left out', (l) => l.filter((one) => !probeLine(one)), /lacks account 0x/],
    [
      'a slot left out',
      (l) => l.map((one) => (probeLine(one) ? { ...one, storage: {} } : one)),
      /lacks slot 0x/,
    ],
    ['a hash left out', (l) => l.filter(({ hash }) => !hash), /lacks the hash of block 1,/],
    ['an account twice', (l) => [...l, l.at(1) as Line], /twice/],
    ['no block', (l) => l.slice(1), /lacks the block/],
    [
      'another block',
      ([first, ...l]) => [{ block: { ...(first?.block as Line), gasUsed: '0x1' } }, ...l],
      /whose state is proved/,
    ],
  ]

  test.each(faults)('error: %s', async (_, change, message) => {
    const copy = await copyOf(bundle)
    await changeFork(copy, change)
    await expect(replay(copy)).rejects.toMatchObject({
      name: 'BundleStateError',
      message: expect.stringMatching(message),
    })
  })

  test('a value that the manifest alone vouches for shows in the block that reads it', async () => {
    const copy = await copyOf(bundle)
    await changeManifest(copy, (manifest) => {
      manifest.fork = { provedBy: 'manifest' }
    })
    expect((await replay(copy)).divergence).toBeUndefined()
    await changeFork(copy, (l) => l.map((one) => (probeLine(one) ? { ...one, code: '0x' } : one)))
    expect((await replay(copy)).divergence).toMatchObject({ block: {} })
  })
})
