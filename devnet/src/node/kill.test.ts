import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { inferenceAbi } from '@lockstep/precompile'
import { encodeFunctionData, keccak256, parseEther } from 'viem'
import { describe, expect, test } from 'vitest'
import { rpcClient } from '../rpc/testing/testServer.js'
import { createNode } from './createNode.js'
import type { Hex } from './node.js'
import { inferenceAddress } from './registry.js'
import { DataDir } from './storage/dataDir.js'
import { keyOf } from './storage/keys.js'
import { decodePosition } from './storage/position.js'
import { temporaryFolder } from './testing/folder.js'
import { type LockstepProcess, startLockstep, stop } from './testing/lockstepProcess.js'
import { replay } from './testing/replay.js'
import { seeded } from './testing/seeded.js'
import { verifyState } from './testing/verifyState.js'

const kills = Number(process.env.LOCKSTEP_KILLS ?? 10)
const genesisTimestamp = 1_700_000_000n

const models = fileURLToPath(new URL('../../../examples/volatility/model', import.meta.url))
const volatility = readFileSync(`${models}/volatility.onnx`)

/** What a client was told of: a transaction, and the block that it is in. */
interface Acknowledged {
  readonly hash: Hex
  readonly blockHash: Hex
  readonly blockNumber: Hex
}

class Acknowledgements {
  readonly list: Acknowledged[] = []
  private readonly events = new EventEmitter()

  add(acknowledged: Acknowledged): void {
    this.list.push(acknowledged)
    this.events.emit('added')
  }

  /** Resolves after so many more. */
  async more(count: number): Promise<void> {
    const wanted = this.list.length + count
    while (this.list.length < wanted) await once(this.events, 'added')
  }
}

describe('a node that is killed', () => {
  test(
    `${kills} times under load starts again each time, and keeps every block that it told of`,
    async () => {
      const folder = await temporaryFolder()
      const random = seeded(20)
      const acknowledged = new Acknowledgements()
      let rows = 0
      for (let round = 0; round < kills; round++) {
        const running = await start(folder)
        await expectKept(running, acknowledged.list)
        const loads = [transfers(running, 1), transfers(running, 2), inferences(running, 3)]
        const clients = loads.map((load) => load(acknowledged))
        await acknowledged.more(Math.floor(random() * 12))
        await setTimeout(random() * 30)
        await stop(running, 'SIGKILL')
        await Promise.all(clients)
        rows = await verifyFolder(folder)
      }

      const options = { dataDir: folder, genesisTimestamp, models: [volatility] }
      const node = await createNode(options)
      const blocks = await replay(node)
      const made = blocks.reduce((sum, { transactions }) => sum + transactions.length, 0)
      await node.close()
      console.log(
        `${kills} kills: ${acknowledged.list.length} transactions acknowledged, ${made} on the chain of ${blocks.length} blocks, ${rows} rows in the last state`,
      )
      expect(acknowledged.list.length).toBeGreaterThan(kills)
      expect(made).toBeGreaterThanOrEqual(acknowledged.list.length)
    },
    120_000 + kills * 30_000,
  )
})

function start(folder: string): Promise<LockstepProcess> {
  const time = String(genesisTimestamp)
  return startLockstep(['--data-dir', folder, '--models', models, '--timestamp', time])
}

async function expectKept({ url }: LockstepProcess, told: readonly Acknowledged[]): Promise<void> {
  const { call } = rpcClient(url)
  for (const { hash, blockHash, blockNumber } of told) {
    const receipt = await call('eth_getTransactionReceipt', hash)
    expect(receipt).toMatchObject({ transactionHash: hash, blockHash, blockNumber, status: '0x1' })
  }
}

/** The state after the head is whole: every row of it is there and hashes to its key. */
async function verifyFolder(folder: string): Promise<number> {
  const store = await DataDir.open(folder)
  try {
    const { height } = decodePosition(store.get(keyOf.position) as Uint8Array)
    return verifyState(store, store.get(keyOf.stateRoot(height)) as Uint8Array)
  } finally {
    await store.close()
  }
}

type Load = (acknowledged: Acknowledgements) => Promise<void>

function transfers(running: LockstepProcess, account: number): Load {
  const to = `0x${String(account).repeat(40)}`
  return load(running, account, { to, value: '0x1' })
}

function inferences(running: LockstepProcess, account: number): Load {
  const x = Array.from({ length: 8 }, (_, index) => parseEther(String(index / 1000)))
  const args = [keccak256(volatility), x] as const
  const data = encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args })
  return load(running, account, { to: inferenceAddress, data })
}

/** Sends one transaction after another until nobody answers. */
function load({ url, child }: LockstepProcess, account: number, fields: object): Load {
  return async (acknowledged) => {
    const { call } = rpcClient(url)
    try {
      const accounts = await call<Hex[]>('eth_accounts')
      for (;;) {
        const from = accounts[account]
        const hash = await call('eth_sendTransaction', { from, gas: '0x7a120', ...fields })
        const { blockHash, blockNumber } = await call<Acknowledged>(
          'eth_getTransactionReceipt',
          hash,
        )
        acknowledged.add({ hash, blockHash, blockNumber })
      }
    } catch (error) {
      if (child.exitCode === null && child.signalCode === null && !child.killed) throw error
    }
  }
}
