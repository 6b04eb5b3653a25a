import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { createDevnet, type Devnet } from '@lockstep/devnet'
import type { Hex } from 'viem'
import { type BenchModel, benchModels } from './models.js'
import { Sender } from './sender.js'
import { median, toTable } from './table.js'

const PRECOMPILE = '0x00000000000000000000000000000000000000a1'
/** Where no code is: the same transactions without their inferences. */
const NOBODY = '0x000000000000000000000000000000000000dead'
/** Of `benchModels`: one of little input, and one of 110 kB. */
const MODELS = [1, 3]
const SIZES = [1, 10, 100]
const ROUNDS = 5

type Way = 'ahead' | 'cold' | 'none'

/** How long a block of inferences takes to build when they were made ahead, when they were not, and without them. */
export async function benchAhead(): Promise<string> {
  const rows: string[][] = []
  const sender = new Sender()
  for (const model of MODELS) {
    const ahead = await open(model, true)
    const cold = await open(model, false)
    for (const size of SIZES) rows.push(await measure({ sender, model, size, ahead, cold }))
    await Promise.all([ahead.close(), cold.close()])
  }
  sender.close()
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

function open(model: number, preExecution: boolean): Promise<Devnet> {
  return createDevnet({
    port: 0,
    models: [modelOf(model).bytes],
    gasLimit: 10n ** 10n,
    mining: { type: 'manual' },
    preExecution,
  })
}

interface Setting {
  readonly sender: Sender
  readonly model: number
  readonly size: number
  readonly ahead: Devnet
  readonly cold: Devnet
}

async function measure({ sender, model, size, ahead, cold }: Setting): Promise<string[]> {
  const times: Record<Way, number[]> = { ahead: [], cold: [], none: [] }
  const order = { model, count: size, to: PRECOMPILE } as const
  const delays: IntervalHistogram[] = []
  for (let i = 0; i < ROUNDS; i++) {
    // One after the other, so that what slows the machine down slows all of them.
    times.none.push(await build(sender, ahead, { ...order, to: NOBODY }))
    times.cold.push(await build(sender, cold, order))
    times.ahead.push(await build(sender, ahead, order, delays))
  }
  const [none, answered, waited] = [times.none, times.ahead, times.cold].map(median) as [
    number,
    number,
    number,
  ]
  const beside = (ms: number) => `${ms.toFixed(1)} (${(ms / none).toFixed(1)}×)`
  const loop = [50, 99].map((share) => {
    const each = delays.map((delay) => delay.percentile(share))
    return (median(each) / 1e6).toFixed(1)
  })
  return [
    modelOf(model).name,
    String(size),
    none.toFixed(1),
    beside(answered),
    beside(waited),
    `${loop.join(' / ')} ms`,
  ]
}

/** Lets the sender send, waits for what is done ahead, and times the block. */
async function build(
  sender: Sender,
  { node, url }: Devnet,
  order: { readonly model: number; readonly count: number; readonly to: Hex },
  delays?: IntervalHistogram[],
): Promise<number> {
  await sender.sign({ url, ...order })
  const answered = delays ? settled(node, order.count) : Promise.resolve()
  // A monitor that goes on after a pause counts the pause as a delay.
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await sender.send()
  await answered
  delay.disable()
  delays?.push(delay)
  const started = performance.now()
  const [block] = await node.mine()
  const ms = performance.now() - started
  const failed = block?.transactions.filter(({ receipt }) => receipt.status === 0).length
  if (block?.transactions.length !== order.count || failed !== 0)
    throw new Error('The block is not whole.')
  return ms
}

function modelOf(index: number): BenchModel {
  const model = benchModels[index]
  if (!model) throw new Error(`There is no model ${index}.`)
  return model
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
