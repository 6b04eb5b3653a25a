import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDevnet, type Devnet, exportChain } from '@lockstep/devnet'
import { modelIdOf, tensorsCalldata } from '@lockstep/precompile'
import { encodeFunctionData, getContractAddress, type Hex, parseAbi } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { compileCoin } from './coin.js'
import { benchModels } from './models.js'
import { toTable } from './table.js'

const account = mnemonicToAccount('test test test test test test test test test test test junk')
const precompile = '0x00000000000000000000000000000000000000a1'
const command = fileURLToPath(new URL('../devnet/bin/lockstep.js', import.meta.url))
const transferAbi = parseAbi(['function transfer(address to, uint256 amount) returns (bool)'])

/** Of each ten transactions: a transfer of tokens where there is no model. */
const mixes: readonly {
  readonly title: string
  readonly models: readonly (number | undefined)[]
}[] = [
  { title: 'transfers alone', models: [undefined] },
  {
    title: 'six transfers, two volatility, one wakeword and one VAD in ten',
    models: [undefined, 0, undefined, undefined, 1, undefined, 0, undefined, 2, undefined],
  },
  { title: 'an OCR classifier each', models: [3] },
]
const transactions = 400
/** Blocks at the start that are sealed and not timed: a node loads each model when it is first called. */
const untimed = 20

/**
 * Executing a bundle beside sealing its blocks one transaction at a time, which waits for nothing either. No input
 * comes twice, so no memo answers but for what is run ahead. Neither time holds the loading of models.
 */
export async function benchReplay(): Promise<string> {
  const rows: string[][] = []
  for (const { title, models } of mixes) {
    const { sealMs, replayMs, oneCoreMs, bytes } = await measure(models)
    rows.push([
      title,
      sealMs.toFixed(2),
      replayMs.toFixed(2),
      `${(sealMs / replayMs).toFixed(2)}×`,
      oneCoreMs === undefined ? '–' : oneCoreMs.toFixed(2),
      String(bytes),
    ])
  }
  return toTable(
    `${transactions} blocks of one transaction each, on ${availableParallelism()} cores`,
    [
      'traffic',
      'sealing a block (ms)',
      'replaying it (ms)',
      'faster',
      'on one core (ms)',
      'bytes a block',
    ],
    rows,
  )
}

async function measure(models: readonly (number | undefined)[]) {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-bench-'))
  const devnet = await createDevnet({ port: 0, models: benchModels.map(({ bytes }) => bytes) })
  try {
    const queue = await signed(models)
    for (const raw of queue.slice(0, untimed)) await send(devnet, raw)
    const started = performance.now()
    for (const raw of queue.slice(untimed)) await send(devnet, raw)
    const sealMs = (performance.now() - started) / (queue.length - untimed)
    const bundle = join(folder, 'bundle')
    await exportChain(devnet.url, bundle)
    return {
      sealMs,
      replayMs: replay(bundle, []),
      oneCoreMs: canPin ? replay(bundle, ['taskset', '-c', '0']) : undefined,
      bytes: Math.round(sizeOf(bundle) / queue.length),
    }
  } finally {
    await devnet.close()
    rmSync(folder, { recursive: true })
  }
}

/** Whether a process can be held to one core from outside: on Linux alone. */
const canPin = spawnSync('taskset', ['--version']).status === 0

/** Milliseconds that executing a block takes, in a process of its own behind another command. */
function replay(bundle: string, before: readonly string[]): number {
  const line = [...before, process.execPath, command, 'replay', bundle, '--json']
  const { stdout } = spawnSync(line[0] as string, line.slice(1))
  const [{ status, execution }] = JSON.parse(String(stdout)).engines
  if (status !== 'same') throw new Error(`The replay is ${status}: ${JSON.stringify(execution)}`)
  return (execution.seconds * 1000) / execution.blocks
}

/** A coin, and then the transactions, each on an input of its own. */
function signed(models: readonly (number | undefined)[]): Promise<Hex[]> {
  const coin = getContractAddress({ from: account.address, nonce: 0n })
  const sign = (nonce: number, fields: { to?: Hex; data: Hex }) =>
    account.signTransaction({
      type: 'eip1559',
      chainId: 31_337,
      nonce,
      gas: 9_000_000n,
      maxFeePerGas: 10n ** 11n,
      maxPriorityFeePerGas: 1n,
      ...fields,
    })
  const calls = Array.from({ length: transactions }, (_, round) => {
    const index = models[round % models.length]
    const model = index === undefined ? undefined : benchModels[index]
    if (!model) {
      const args = [precompile, BigInt(round)] as const
      const data = encodeFunctionData({ abi: transferAbi, functionName: 'transfer', args })
      return sign(round + 1, { to: coin, data })
    }
    const data = tensorsCalldata(modelIdOf(model.bytes), model.inputs(round))
    return sign(round + 1, { to: precompile, data: `0x${Buffer.from(data).toString('hex')}` })
  })
  return Promise.all([sign(0, { data: compileCoin() }), ...calls])
}

async function send(devnet: Devnet, raw: Hex): Promise<void> {
  const method = 'eth_sendRawTransactionSync'
  const request = { jsonrpc: '2.0', id: 1, method, params: [raw] }
  const answer = (await devnet.server.handlers.handle(request)) as { result?: { status: Hex } }
  if (answer.result?.status !== '0x1') throw new Error(JSON.stringify(answer))
}

function sizeOf(bundle: string): number {
  return readdirSync(bundle)
    .filter((name) => name.endsWith('l') || name.endsWith('.rlp'))
    .reduce((sum, name) => sum + statSync(join(bundle, name)).size, 0)
}
