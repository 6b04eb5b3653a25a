import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { inferenceAbi } from '@lockstep/sdk'
import { encodeFunctionData, type Hex } from 'viem'
import { caller } from './rpc.js'
import { median, toTable } from './table.js'

const command = fileURLToPath(new URL('../devnet/bin/lockstep.js', import.meta.url))
const models = fileURLToPath(new URL('../examples/volatility/model', import.meta.url))
const runs = 5
const zeros = Array.from({ length: 8 }, () => 0n)

/** Time from starting the process to the first answers. */
export async function benchStartup(): Promise<string> {
  const samples: Times[] = []
  for (let run = 0; run < runs; run++) samples.push(await sample())
  const row = (name: string, pick: (times: Times) => number) => [
    name,
    median(samples.map(pick)).toFixed(0),
  ]
  return toTable(
    `Start-up of \`lockstep --models\`, median of ${runs} (ms from process start)`,
    ['until', 'ms'],
    [
      row('Listening', (times) => times.listening),
      row('first eth_blockNumber', (times) => times.blockNumber),
      row('first inference (cold engine, cold model)', (times) => times.inference),
    ],
  )
}

interface Times {
  readonly listening: number
  readonly blockNumber: number
  readonly inference: number
}

async function sample(): Promise<Times> {
  const started = performance.now()
  const child = spawn(process.execPath, [command, '--port', '0', '--models', models], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const call = caller(await listeningUrl(child))
    const listening = performance.now() - started
    await call('eth_blockNumber')
    const blockNumber = performance.now() - started
    const [model] = (await call('lockstep_models')) as { id: Hex }[]
    if (!model) throw new Error('No model is registered.')
    const request = {
      to: '0x00000000000000000000000000000000000000a1',
      data: encodeFunctionData({
        abi: inferenceAbi,
        functionName: 'infer',
        args: [model.id, zeros],
      }),
    }
    await call('eth_call', request, 'latest')
    return { listening, blockNumber, inference: performance.now() - started }
  } finally {
    child.kill()
  }
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('The devnet has no stdout.')
  for await (const line of createInterface({ input: child.stdout })) {
    const match = /^Listening on (.+)$/.exec(line)
    if (match) return `http://${match[1]}`
  }
  throw new Error('The devnet ended before it listened.')
}
