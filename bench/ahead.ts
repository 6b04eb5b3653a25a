import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createDevnet, type Devnet } from '@lockstep/devnet'
import { tensorsCalldata } from '@lockstep/precompile'
import { createWalletClient, type Hex, http, keccak256, publicActions } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { type BenchModel, benchModels } from './models.js'
import { median, toTable } from './table.js'

const PRECOMPILE = '0x00000000000000000000000000000000000000a1'
/** Where no code is: the same transactions without their inferences. */
const NOBODY = '0x000000000000000000000000000000000000dead'
const MNEMONIC = 'test test test test test test test test test test test junk'
const SENDERS = 10
const SIZES = [1, 10, 100]
const ROUNDS = 5
const GAS = 9_000_000n

type Way = 'ahead' | 'cold' | 'none'

/** How long a block of inferences takes to build when they were made ahead, when they were not, and without them. */
export async function benchAhead(): Promise<string> {
  const rows: string[][] = []
  for (const model of [benchModels[1], benchModels[3]] as BenchModel[]) {
    const ahead = await open(model, true)
    const cold = await open(model, false)
    for (const size of SIZES) rows.push(await measure(model, size, ahead, cold))
    await Promise.all([ahead.close(), cold.close()])
  }
  return toTable(
    'Milliseconds to build a block, and the event loop while models answered ahead of it',
    [
      'model',
      'inferences',
      'without them',
      'answered before',
      'not answered before',
      'loop delay, median / 99 %',
    ],
    rows,
  )
}

function open(model: BenchModel, preExecution: boolean): Promise<Devnet> {
  return createDevnet({
    port: 0,
    models: [model.bytes],
    gasLimit: 10n ** 10n,
    mining: { type: 'manual' },
    preExecution,
  })
}

let round = 0

async function measure(
  model: BenchModel,
  size: number,
  ahead: Devnet,
  cold: Devnet,
): Promise<string[]> {
  const times: Record<Way, number[]> = { ahead: [], cold: [], none: [] }
  const delay = monitorEventLoopDelay({ resolution: 1 })
  for (let i = 0; i < ROUNDS; i++) {
    // One after the other, so that what slows the machine down slows all of them.
    times.none.push(await build(ahead, model, size, NOBODY))
    times.cold.push(await build(cold, model, size, PRECOMPILE))
    times.ahead.push(await build(ahead, model, size, PRECOMPILE, delay))
  }
  const [none, answered, waited] = [times.none, times.ahead, times.cold].map(median) as [
    number,
    number,
    number,
  ]
  const beside = (ms: number) => `${ms.toFixed(1)} (${(ms / none).toFixed(1)}×)`
  const loop = [delay.percentile(50), delay.percentile(99)].map((ns) => (ns / 1e6).toFixed(1))
  return [
    model.name,
    String(size),
    none.toFixed(1),
    beside(answered),
    beside(waited),
    `${loop.join(' / ')} ms`,
  ]
}

/** Sends transactions from several senders, waits for what is done ahead, and times the block. */
async function build(
  { node, url }: Devnet,
  model: BenchModel,
  size: number,
  to: Hex,
  delay?: ReturnType<typeof monitorEventLoopDelay>,
): Promise<number> {
  const isAhead = delay !== undefined
  const answered = isAhead ? settled(node, size) : Promise.resolve()
  const id = keccak256(model.bytes)
  const raw: Hex[] = []
  for (let i = 0; i < size; i++)
    raw.push(await sign(url, i, to, tensorsCalldata(id, model.inputs(round++))))
  delay?.enable()
  const client = createWalletClient({ transport: http(url) }).extend(publicActions)
  for (const serializedTransaction of raw)
    await client.sendRawTransaction({ serializedTransaction })
  await answered
  delay?.disable()
  const started = performance.now()
  const [block] = await node.mine()
  const ms = performance.now() - started
  const failed = block?.transactions.filter(({ receipt }) => receipt.status === 0).length
  if (block?.transactions.length !== size || failed !== 0)
    throw new Error('The block is not whole.')
  return ms
}

/** Resolves when so many transactions were executed ahead. */
function settled(node: Devnet['node'], count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count
    const stop = node.on('preExecuted', () => {
      if (--left > 0) return
      stop()
      resolve()
    })
  })
}

const nonces = new Map<string, number>()

async function sign(url: string, index: number, to: Hex, data: Uint8Array): Promise<Hex> {
  const account = mnemonicToAccount(MNEMONIC, { addressIndex: index % SENDERS })
  const key = `${url}${account.address}`
  const nonce = nonces.get(key) ?? 0
  nonces.set(key, nonce + 1)
  return account.signTransaction({
    type: 'eip1559',
    chainId: 31_337,
    nonce,
    to,
    data: `0x${Buffer.from(data).toString('hex')}`,
    gas: GAS,
    maxFeePerGas: 10n ** 10n,
    maxPriorityFeePerGas: 1n,
  })
}
