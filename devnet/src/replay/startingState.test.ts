import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { createWasmEngine, type Engine, keccak } from '@lockstep/precompile'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDevnet, type Devnet } from '../devnet.js'
import type { Hex } from '../node/node.js'
import { temporaryFolder } from '../node/testing/folder.js'
import { deployProbe, probeData } from '../node/testing/probe.js'
import { mined } from '../node/testing/testNode.js'
import { rpcClient } from '../rpc/testing/testServer.js'
import { openBundle } from './bundles/open.js'
import { executeBundle } from './execute.js'
import { exportChain } from './export/exportChain.js'
import { ownConfig } from './runtime.js'
import { changeLines, changeManifest, copyOf, execute, lasting } from './testing/bundles.js'
import { liveThrough, trafficModels } from './testing/traffic.js'

let folder: string
let devnet: Devnet
/** The canonical one, which closes after all replays: starting its workers takes longest. */
let engine: Engine
let head: bigint
/** The last blocks of the chain, from one that reads code, storage and a hash far back. */
let bundle: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-start-'))
  engine = createWasmEngine({ threads: 1 })
  devnet = await createDevnet({ port: 0, models: trafficModels })
  await liveThrough(devnet.url)
  const { node } = devnet
  const probe = await deployProbe(node, 3n)
  await mined(node, { to: probe, data: probeData('store', 9n) })
  const { call } = rpcClient(devnet.url)
  await call('anvil_setBalance', `0x${'ae'.repeat(20)}`, '0x5')
  await mined(node, { to: probe, data: probeData('store', 0n) })
  await mined(node, { to: probe, data: probeData('hashOf', 2n), gasLimit: 100_000n })
  await call('anvil_setBalance', `0x${'af'.repeat(20)}`, '0x5')
  await mined(node, { to: probe, data: probeData('create') })
  head = node.head.block.header.number
  bundle = join(folder, 'bundle')
  await exportChain(devnet.url, bundle, { from: head - 3n })
})

afterAll(async () => {
  await Promise.all([devnet.close(), engine.close()])
  await rm(folder, { recursive: true })
})

const replay = (copy: string) => execute(copy, lasting(engine))

type Line = Partial<Record<'header' | 'node' | 'code', Hex>>

/** Changes the lines of the state that a bundle starts from. */
function changeState(copy: string, change: (lines: Line[]) => Line[]) {
  return changeLines(copy, 'state.jsonl', change)
}

async function stateOf(copy: string): Promise<Line[]> {
  const text = await readFile(join(copy, 'state.jsonl'), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

const flipped = (bytes: Hex): Hex => {
  const changed = hexToBytes(bytes)
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
  return bytesToHex(changed)
}

describe('a bundle of a part of a chain', () => {
  test('is replayed from the state that it holds, and no more of that than is read', async () => {
    const { blocks, divergence } = await replay(bundle)
    expect({ blocks, divergence }).toEqual({ blocks: 4, divergence: undefined })
    const lines = await stateOf(bundle)
    // Back to the block whose hash is asked for.
    expect(lines.filter(({ header }) => header)).toHaveLength(Number(head - 4n - 2n + 1n))
    expect(lines.filter(({ code }) => code).length).toBeGreaterThan(1)
    expect(lines.filter(({ node }) => node).length).toBeLessThan(60)
  })

  test('may be any block alone', async () => {
    for (let number = 1n; number <= head; number++) {
      const alone = join(folder, `block-${number}`)
      const { start } = await exportChain(devnet.url, alone, { from: number, to: number })
      const execution = await replay(alone)
      expect(execution, `block ${number}`).toMatchObject({ blocks: 1 })
      expect(execution.divergence, `block ${number}`).toBeUndefined()
      expect(start === undefined, `block ${number}`).toBe(number === 1n)
    }
  })

  test('is kept in a folder, and goes on from there', async () => {
    const dataDir = await temporaryFolder()
    for (let round = 1; round <= 2; round++) {
      const opened = await openBundle(bundle, ownConfig)
      const execution = await executeBundle(opened, { engine: lasting(engine), dataDir })
      expect(execution.divergence).toBeUndefined()
      expect(execution.blocks).toBe(4)
    }
  })

  test('says what proves its state', async () => {
    expect(await readManifest(bundle)).toMatchObject({ start: { provedBy: 'header' } })
    const edited = join(folder, `block-${head}`)
    expect(await readManifest(edited)).toMatchObject({ start: { provedBy: 'manifest' } })
  })
})

async function readManifest(copy: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(copy, 'manifest.json'), 'utf8'))
}

describe('in the state that a bundle starts from', () => {
  test('nothing that is missing is taken for empty', async () => {
    const lines = await stateOf(bundle)
    const parts = lines.flatMap((line, index) => (line.header ? [] : [index]))
    let refused = 0
    for (const index of parts) {
      const copy = await copyOf(bundle)
      await changeState(copy, (all) => all.toSpliced(index, 1))
      const outcome = await replay(copy).catch((error: Error) => error.name)
      // Some are there for other clients alone, which call contracts of the system that have nothing to do.
      const isSame = typeof outcome === 'object' && outcome.divergence === undefined
      if (!isSame) expect(outcome, `line ${index}`).toBe('BundleStateError')
      if (!isSame) refused++
    }
    expect(refused).toBeGreaterThan(0.8 * parts.length)
  })

  test.each(['node', 'code'] as const)('error: a %s with one bit flipped', async (kind) => {
    const copy = await copyOf(bundle)
    let hash: Hex = '0x'
    await changeState(copy, (lines) => {
      const index = lines.findLastIndex((line) => line[kind])
      const changed = flipped(lines[index]?.[kind] as Hex)
      hash = bytesToHex(keccak(hexToBytes(changed)))
      return lines.with(index, { [kind]: changed })
    })
    expect(hash).not.toBe('0x')
    await expect(replay(copy)).rejects.toMatchObject({ name: 'BundleStateError' })
  })

  const faults: [string, (lines: Line[]) => Line[], RegExp][] = [
    ['no line', () => [], /lacks the header/],
    ['a node that nothing leads to', (l) => [...l, { node: '0xc22080' }], /does not lead/],
    ['a code that nobody has', (l) => [...l, { code: '0x6001' }], /does not lead/],
    ['a node twice', (l) => [...l, l.find(({ node }) => node) as Line], /twice/],
    ['a node beyond all bounds', (l) => [...l, { node: `0x${'00'.repeat(2000)}` }], /2000 bytes/],
    ['no root', (l) => l.filter(({ node }) => node === undefined), /which is its root/],
    [
      'another header',
      (l) => [{ header: flipped(l[0]?.header as Hex) }, ...l.slice(1)],
      /in the place of/,
    ],
    ['a header left out', (l) => l.toSpliced(1, 1), /in the place of/],
    [
      'fewer headers than are asked for',
      (l) => l.filter(({ header }, i) => !header || i < 3),
      /lacks the header of block 2/,
    ],
    [
      'too many headers',
      (l) => [...Array.from({ length: 300 }, () => l[0] as Line), ...l],
      /more than 256/,
    ],
    ['another kind of line', (l) => [...l, { nodes: [] } as never], /a header, a node or a code/],
  ]

  test.each(faults)('error: %s', async (_, change, message) => {
    const copy = await copyOf(bundle)
    await changeState(copy, change)
    await expect(replay(copy)).rejects.toThrow(message)
  })

  test('error: a root that is not the header’s', async () => {
    const copy = await copyOf(bundle)
    await changeManifest(copy, (manifest) => {
      manifest.start = { stateRoot: `0x${'07'.repeat(32)}`, provedBy: 'header' }
    })
    await expect(replay(copy)).rejects.toThrow(/another root than the header/)
  })
})

describe('a chain that was loaded from a state file', () => {
  test('is exported from the state that it was loaded with', async () => {
    const other = await createDevnet({ port: 0, models: trafficModels })
    try {
      await other.node.loadState(JSON.parse(JSON.stringify(await devnet.node.dumpState())))
      await expect(exportChain(other.url, join(folder, 'loaded'))).rejects.toThrow(
        /was not executed here/,
      )
      const probe = await deployProbe(other.node, 3n)
      await mined(other.node, { to: probe, data: probeData('store', 9n) })
      const loaded = join(folder, 'loaded')
      const { base, start } = await exportChain(other.url, loaded)
      expect({ base: base.number, start }).toMatchObject({ base: head, start: {} })
      const { blocks, divergence } = await replay(loaded)
      expect({ blocks, divergence }).toEqual({ blocks: 2, divergence: undefined })
    } finally {
      await other.close()
    }
  })
})

describe('exporting a part of a chain', () => {
  test.each([
    [0n, undefined],
    [5n, 4n],
    [1000n, undefined],
    [1n, 1000n],
  ])('error: blocks from %s to %s', async (from, to) => {
    const options = { from, ...(to !== undefined && { to }) }
    await expect(exportChain(devnet.url, join(folder, 'none'), options)).rejects.toThrow(
      /has no blocks from/,
    )
  })
})
