import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createInferencePrecompile,
  createMemoryStore,
  createWasmEngine,
  Dtype,
  tensorsCalldata,
} from '@lockstep/precompile'
import { type Hex, numberToHex, padHex } from 'viem'
import { node, onnx, value, weight } from '../precompile/src/testing/onnx.js'
import { type BenchNode, startLockstep } from './chainNodes.js'
import { type BenchModel, float32 } from './models.js'
import { median, time, toTable } from './table.js'

const sender: Hex = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const gasLimit = 10n ** 12n
const rounds = { runs: 30, warmup: 10 }
const header = ['', 'milliseconds']

/** How a call grows with its model and its input, and a transfer with the chain and its state. */
export async function benchGrowth(): Promise<string> {
  const models = [64, 256, 1_024, 2_048].map(dense)
  const inputs = [10, 1_000, 10_000, 100_000].map(sum)
  return [
    toTable('A call, by the size of its model', header, await callTimes(models)),
    toTable('A call, by the values of its input', header, await callTimes(inputs)),
    toTable('A transfer over HTTP, by the blocks before it', header, await transfersByBlocks()),
    toTable('A transfer over HTTP, by the accounts of the state', header, await transfersByState()),
  ].join('\n')
}

/** One matrix product, as heavy as its weights are large. */
function dense(width: number): BenchModel {
  const shape = [width, width]
  const weights = weight('w', Dtype.float32, shape, new Float32Array(width * width).fill(0.001))
  const bytes = onnx({
    nodes: [node('MatMul', ['x', 'w'], ['y'])],
    inputs: [value('x', Dtype.float32, [1, width])],
    outputs: [{ name: 'y' }],
    weights: [weights],
  })
  const name = `${(bytes.length / 1e6).toFixed(2)} MB`
  return { name, bytes, inputs: (round) => [float32([1, width], round, 1)] }
}

/** Hardly any work, however long the input is. */
function sum(length: number): BenchModel {
  const bytes = onnx({
    nodes: [node('ReduceMean', ['x'], ['y'])],
    inputs: [value('x', Dtype.float32, [1, length])],
    outputs: [{ name: 'y' }],
  })
  return { name: `${length}`, bytes, inputs: (round) => [float32([1, length], round, 1)] }
}

async function callTimes(models: readonly BenchModel[]): Promise<string[][]> {
  const store = createMemoryStore()
  const engine = createWasmEngine({ threads: 1 })
  const precompile = createInferencePrecompile({ store, engine, memoBytes: 0 })
  const rows: string[][] = []
  for (const model of models) {
    const id = await store.put(model.bytes)
    const calls = Array.from({ length: rounds.runs + rounds.warmup }, (_, round) =>
      tensorsCalldata(id, model.inputs(round)),
    )
    const times = await time(async (round) => {
      const { success } = await precompile.call(calls[round] as Uint8Array, gasLimit)
      if (!success) throw new Error(`The call of ${model.name} failed.`)
    }, rounds)
    rows.push([model.name, median(times).toFixed(2)])
  }
  await precompile.close()
  return rows
}

async function transfersByBlocks(): Promise<string[][]> {
  const chain = await startLockstep()
  const rows: string[][] = []
  try {
    let height = 0
    for (const wanted of [0, 1_000, 10_000]) {
      if (wanted > height) await chain.call('anvil_mine', numberToHex(wanted - height))
      height = wanted + rounds.runs + rounds.warmup
      rows.push([`${wanted}`, await transferTime(chain)])
    }
  } finally {
    await chain.stop()
  }
  return rows
}

async function transfersByState(): Promise<string[][]> {
  const rows: string[][] = []
  for (const accounts of [10, 10_000, 100_000]) {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-bench-'))
    const path = join(folder, 'genesis.json')
    writeFileSync(path, JSON.stringify(genesisOf(accounts)))
    const chain = await startLockstep('--init', path)
    try {
      rows.push([`${accounts}`, await transferTime(chain)])
    } finally {
      await chain.stop()
      rmSync(folder, { recursive: true })
    }
  }
  return rows
}

function genesisOf(accounts: number): unknown {
  const addresses = Array.from({ length: accounts }, (_, i) =>
    padHex(numberToHex(0x1_0000_0000_0000 + i * 7_919), { size: 20 }),
  )
  const forks = ['homesteadBlock', 'eip150Block', 'eip155Block', 'eip158Block', 'byzantiumBlock']
  const later = ['constantinopleBlock', 'petersburgBlock', 'istanbulBlock', 'berlinBlock']
  const byBlock = [...forks, ...later, 'londonBlock'].map((fork) => [fork, 0])
  return {
    config: {
      chainId: 31_337,
      ...Object.fromEntries(byBlock),
      terminalTotalDifficulty: 0,
      shanghaiTime: 0,
    },
    gasLimit: '0x1c9c380',
    difficulty: '0x0',
    alloc: Object.fromEntries([
      [sender, { balance: numberToHex(10n ** 24n) }],
      ...addresses.map((address) => [address, { balance: '0x1' }]),
    ]),
  }
}

async function transferTime(chain: BenchNode): Promise<string> {
  const times = await time(async (round) => {
    const to = padHex(numberToHex(0xdead_0000 + round), { size: 20 })
    await chain.call('eth_sendTransactionSync', { from: sender, to, value: '0x1' })
  }, rounds)
  return median(times).toFixed(2)
}
