import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createGasSchedule,
  createInferencePrecompile,
  createMemoryStore,
  createWasmEngine,
  defaultGasTable,
  type Engine,
  inferenceAbi,
  type Tensor,
} from '@lockstep/precompile'
import { encodeFunctionData } from 'viem'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runCommand } from '../cli/testing/command.js'
import { createDevnet } from '../devnet.js'
import { inferenceAddress } from '../node/registry.js'
import { temporaryFolder } from '../node/testing/folder.js'
import { affine, reciprocal, whole } from '../node/testing/models.js'
import { rpcClient } from '../rpc/testing/testServer.js'
import { openBundle } from './bundles/open.js'
import type { ReplayEngine } from './engine/replayEngine.js'
import { executeBundle } from './execute.js'
import { exportChain } from './export/exportChain.js'
import { writePrefix } from './minimal.js'
import { ownConfig } from './runtime.js'
import {
  changeBlock,
  changeLine,
  changeManifest,
  copyOf,
  execute,
  inferencesOf,
} from './testing/bundles.js'
import { liveThrough, trafficModels } from './testing/traffic.js'

let folder: string
let bundle: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-replay-'))
  bundle = join(folder, 'bundle')
  const devnet = await createDevnet({ port: 0, models: trafficModels })
  try {
    await liveThrough(devnet.url)
    await exportChain(devnet.url, bundle)
  } finally {
    await devnet.close()
  }
})

afterAll(() => rm(folder, { recursive: true }))

const lockstep = (...args: string[]) => runCommand('', args)

/** The canonical engine, but that it may change what it gives. */
function bentEngine(
  bend: (run: number, outputs: readonly Tensor[]) => readonly Tensor[],
): ReplayEngine {
  const engine: Engine = createWasmEngine()
  let runs = 0
  return {
    ...engine,
    counts: { pinned: 0, exact: 0, exactOnWasm: 0 },
    run: async (...args) => bend(runs++, await engine.run(...args)),
  }
}

const flipped = ([first, ...others]: readonly Tensor[]): readonly Tensor[] => {
  if (!first) return []
  const data = first.data.slice()
  data[0] = (data[0] ?? 0) ^ 1
  return [{ ...first, data }, ...others]
}

describe('a bundle', () => {
  test('records inferences with their place, values and hashes, reverted frames included', async () => {
    const inferences = await inferencesOf(bundle)
    const facts = inferences.map(({ model, depth, success, method }) => ({
      model,
      depth,
      success,
      method,
    }))
    expect(facts).toEqual([
      { model: affine.id, depth: 4, success: true, method: 'infer' },
      { model: whole.id, depth: 3, success: true, method: 'infer' },
      { model: reciprocal.id, depth: 1, success: false, method: 'infer' },
      { model: whole.id, depth: 0, success: true, method: 'infer' },
    ])
    expect(inferences[1]?.outputs?.[0]?.data).toEqual(
      new Uint8Array(Int32Array.of(4, -5, 10).buffer),
    )
    expect(inferences[2]?.outputs).toBeUndefined()
  })

  test('holds standard files that another node imports', async () => {
    const genesis = join(bundle, 'genesis.json')
    expect(JSON.parse(await readFile(genesis, 'utf8')).config.chainId).toBe(31_337)
    expect((await readdir(join(bundle, 'models'))).sort()).toEqual(
      [affine.id, reciprocal.id, whole.id].map((id) => `${id}.onnx`).sort(),
    )
  })

  test('comes out the same on the canonical engine and on the reference', async () => {
    const onWasm = await execute(bundle, 'wasm')
    expect(onWasm.divergence).toBeUndefined()
    expect(onWasm).toMatchObject({ blocks: 8, transactions: 6, inferences: 4 })
    expect(onWasm.runs).toEqual({ pinned: 2, exact: 2, exactOnWasm: 0 })
    const onReference = await execute(bundle, 'reference')
    expect(onReference.divergence).toBeUndefined()
    expect(onReference.runs).toEqual({ pinned: 2, exact: 2, exactOnWasm: 0 })
  })

  test('is replayed in processes of their own, and reported in every form', async () => {
    const junit = join(folder, 'report.xml')
    const args = ['replay', bundle, '--engines', 'wasm,native', '--junit', junit, '--json']
    const { code, stdout } = await lockstep(...args)
    expect(code).toBe(0)
    const { engines } = JSON.parse(stdout)
    expect(engines.map(({ engine, status }: never) => [engine, status])).toEqual([
      ['wasm', 'same'],
      ['native', 'same'],
    ])
    expect(await readFile(junit, 'utf8')).toContain('tests="2" failures="0" errors="0"')
  })

  test('goes on behind the blocks that an interrupted replay had', async () => {
    const [dataDir, start] = [join(folder, 'unfinished'), join(folder, 'start')]
    const whole = await openBundle(bundle, ownConfig)
    await writePrefix(whole, 3n, start)
    await executeBundle(await openBundle(start, ownConfig), { engine: 'wasm', dataDir })
    const rest = await executeBundle(whole, { engine: 'wasm', dataDir })
    expect(rest).toMatchObject({ blocks: 8, inferences: 4 })
    expect(rest.divergence).toBeUndefined()
    // What was recorded of the blocks that were there is compared with what is stored of them.
    const copy = await copyOf(bundle)
    await changeLine(copy, 'inferences.jsonl', 0, (line) => {
      line.gasUsed = '1'
    })
    const again = await executeBundle(await openBundle(copy, ownConfig), {
      engine: 'wasm',
      dataDir,
    })
    expect(again.divergence).toMatchObject({ what: 'gas of the inference', recorded: '1' })
  })

  test('is written in whole or not at all, and over nothing', async () => {
    const devnet = await createDevnet({ port: 0 })
    try {
      await expect(exportChain(devnet.url, bundle)).rejects.toThrow('exists already')
      expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([])
    } finally {
      await devnet.close()
    }
  })
})

describe('a fault', () => {
  test('in the engine: one bit of one output names its place and both values', async () => {
    const engine = bentEngine((_, outputs) => flipped(outputs))
    const { divergence } = await executeBundle(await openBundle(bundle, ownConfig), { engine })
    const [first] = await inferencesOf(bundle)
    expect(divergence).toMatchObject({
      what: 'output',
      block: { number: 2n },
      transaction: { index: 0, hash: first?.transactionHash },
      call: { index: 0, depth: 4, model: affine.id, caller: first?.caller },
      element: { tensor: 0, name: 'y', index: 0, differing: 1 },
    })
    const { recordedBits, executedBits } = divergence?.element ?? {}
    expect(BigInt(recordedBits ?? 0) ^ BigInt(executedBits ?? 0)).toBe(1n)
    expect(divergence?.recorded).not.toBe(divergence?.executed)
    expect(Number(divergence?.recorded)).toBeCloseTo(1.2)
  })

  test('in a recorded output is told from the one that comes out, and exits with code 6', async () => {
    const copy = await copyOf(bundle)
    await changeLine(copy, 'inferences.jsonl', 1, (line) => {
      const [tensor] = line.outputs as { data: string }[]
      const data = Buffer.from(tensor?.data ?? '', 'base64')
      data[4] = (data[4] ?? 0) ^ 0x80
      if (tensor) tensor.data = data.toString('base64')
    })
    const { code, stdout } = await lockstep('replay', copy)
    expect(code).toBe(6)
    for (const text of [
      whole.id,
      'at depth 3',
      'element      1',
      '-133  0xffffff7b',
      '-5  0xfffffffb',
    ]) {
      expect(stdout).toContain(text)
    }
    // What it wrote beside it shows the same, and holds no other block.
    const minimal = await lockstep('replay', `${copy}.divergence`, '--no-minimal')
    expect(minimal.code).toBe(6)
    expect(minimal.stdout).toContain('-133  0xffffff7b')
    const { base, head, start } = JSON.parse(
      await readFile(join(`${copy}.divergence`, 'manifest.json'), 'utf8'),
    )
    expect([base.number, head.number, start.provedBy]).toEqual([2, 3, 'header'])
  })

  test('in the price list is named by the inference that costs otherwise', async () => {
    const { divergence } = await execute(await pricedOtherwise(defaultGasTable.version))
    expect(divergence).toMatchObject({
      what: 'gas of the inference',
      block: { number: 1n },
      call: { index: 0, depth: 0, model: whole.id },
    })
    expect(Number(divergence?.recorded) - Number(divergence?.executed)).toBe(7)
  })

  test('in the price list that says its version is refused before anything runs', async () => {
    const copy = await copyOf(bundle)
    await changeManifest(copy, ({ lockstep }) => {
      ;(lockstep as { schedule: string }).schedule = '1'
    })
    await expect(execute(copy)).rejects.toThrow(/schedule is "1", and here it is "2"/)
  })

  test('in the runtime: another WebAssembly binary is refused, and both are named', async () => {
    const copy = await copyOf(bundle)
    await changeManifest(copy, ({ lockstep }) => {
      const { pinnedRuntime } = lockstep as { pinnedRuntime: { binarySha256: string } }
      pinnedRuntime.binarySha256 = '00'.repeat(32)
    })
    const { code, stderr } = await lockstep('replay', copy)
    expect(code).toBe(1)
    expect(stderr).toMatch(/pinnedRuntime.binarySha256 is "0{64}", and here it is "3398c1/)
  })

  const blocks: [string, number, (block: never) => void, object][] = [
    ['state root', -1, ([header]: [Uint8Array[]]) => flip(header[3]), { what: 'state root' }],
    ['receipts root', -1, ([header]: [Uint8Array[]]) => flip(header[5]), { what: 'receipts root' }],
    ['inference root', 4, ([header]: [Uint8Array[]]) => flip(header[12]), { what: 'extraData' }],
    [
      'transaction',
      1,
      ([, transactions]: [unknown, Uint8Array[]]) => flip(transactions[0]),
      { what: 'block', executed: expect.stringContaining('transactions root') },
    ],
    [
      'parent',
      1,
      ([header]: [Uint8Array[]]) => flip(header[0]),
      { what: 'block', executed: expect.stringContaining('the head of this chain is') },
    ],
    [
      'clock, which goes back',
      -1,
      ([header]: [Uint8Array[]]) => {
        header[11] = Uint8Array.of(1)
      },
      { what: 'block', executed: expect.stringMatching(/timestamp is 1, not after its parent's/) },
    ],
  ]

  test.each(blocks)('in a block: its %s', async (_, index, change, found) => {
    const copy = await copyOf(bundle)
    await changeBlock(copy, index, change as never)
    expect((await execute(copy)).divergence).toMatchObject(found)
  })

  test('in a receipt names the transaction', async () => {
    const copy = await copyOf(bundle)
    await changeLine(copy, 'receipts.jsonl', 1, (line) => {
      line.receipts = (line.receipts as string[]).map((receipt) => receipt.replace('01', '00'))
    })
    expect((await execute(copy)).divergence).toMatchObject({
      block: { number: 2n },
      transaction: { index: 0 },
    })
  })

  test('in the edits of a state shows in the state root of the next block', async () => {
    const copy = await copyOf(bundle)
    await changeLine(copy, 'edits.jsonl', 0, (line) => {
      const [edit] = Object.values(line.accounts as Record<string, { balance: string }>)
      if (edit) edit.balance = '0x6'
    })
    expect((await execute(copy)).divergence).toMatchObject({
      what: 'state root',
      block: { number: 1n },
    })
  })

  test('in the clock of the machine changes nothing', async () => {
    const now = vi.spyOn(Date, 'now')
    let jumps = 0
    now.mockImplementation(() => (jumps++ % 2 === 0 ? 4_000_000_000_000 : 1))
    try {
      expect((await execute(bundle)).divergence).toBeUndefined()
    } finally {
      now.mockRestore()
    }
    expect(jumps).toBeGreaterThan(0)
  })

  test('in the list of models: one that inferences run is missing, and is named', async () => {
    const copy = await copyOf(bundle)
    await changeManifest(copy, ({ files }) => {
      delete (files as Record<string, unknown>)[`models/${affine.id}.onnx`]
    })
    const { code, stdout } = await lockstep('replay', copy)
    expect(code).toBe(1)
    expect(stdout).toContain('failed')
    expect(stdout).toContain(affine.id)
  })

  test('of an engine that this machine lacks is no success', async () => {
    // The package finds no GPU where the loader is pointed at no driver.
    const env = { VK_ICD_FILENAMES: '/dev/null', VK_DRIVER_FILES: '/dev/null' }
    const { code, stdout } = await runCommand(
      '',
      ['replay', bundle, '--engines', 'webgpu'],
      '',
      env,
    )
    expect([code, stdout]).toEqual([1, expect.stringContaining('webgpu    unavailable')])
  })
})

function flip(bytes: Uint8Array | undefined): void {
  const last = (bytes?.length ?? 0) - 1
  if (bytes) bytes[last] = (bytes[last] ?? 0) ^ 1
}

/** A bundle of a chain whose inferences cost more. */
async function pricedOtherwise(version: string): Promise<string> {
  const store = createMemoryStore()
  const table = { ...defaultGasTable, version, base: defaultGasTable.base + 7 }
  const precompile = createInferencePrecompile({ store, schedule: createGasSchedule(table) })
  const devnet = await createDevnet({ port: 0, models: [whole.bytes], store, precompile })
  const target = join(await temporaryFolder(), 'bundle')
  try {
    const { call } = rpcClient(devnet.url)
    const [from] = await call<string[]>('eth_accounts')
    const args = [whole.id, [5n, 6n, 7n]] as const
    const data = encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args })
    await call('eth_sendTransaction', { from, to: inferenceAddress, data, gas: '0x7a120' })
    await exportChain(devnet.url, target)
  } finally {
    await devnet.close()
    await precompile.close()
  }
  return target
}
