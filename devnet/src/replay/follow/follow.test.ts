import { createWasmEngine, type Engine } from '@lockstep/precompile'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createDevnet } from '../../devnet.js'
import { affine, whole } from '../../node/testing/models.js'
import { rpcClient } from '../../rpc/testing/testServer.js'
import type { BlockPlace } from '../bundles/manifest.js'
import { inferTransaction, liveThrough, trafficModels } from '../testing/traffic.js'
import { type FollowOptions, follow } from './follow.js'

async function devnet() {
  const made = await createDevnet({
    port: 0,
    models: trafficModels,
    genesisTimestamp: 1_700_000_000n,
  })
  onTestFinished(() => made.close())
  return { ...made, ...rpcClient(made.url) }
}

/** Follows until told otherwise; `reached` resolves once a block came out the same. */
function follower(url: string, options: Partial<FollowOptions> = {}) {
  const seen: bigint[] = []
  const reorgs: bigint[] = []
  const waiting = new Map<bigint, () => void>()
  const stop = new AbortController()
  const end = follow(url, {
    engine: 'wasm',
    signal: stop.signal,
    onBlock({ number }: BlockPlace) {
      seen.push(number)
      waiting.get(number)?.()
    },
    onReorg: ({ number }) => reorgs.push(number),
    ...options,
  })
  const reached = (number: bigint) =>
    Promise.race([
      new Promise<void>((resolve) => {
        if (seen.includes(number)) resolve()
        waiting.set(number, resolve)
      }),
      end.then((ended) => {
        throw new Error(`Following ended: ${JSON.stringify(ended, (_, v) => String(v))}`)
      }),
    ])
  return { seen, reorgs, end, reached, stop: () => stop.abort() }
}

describe('follow', () => {
  test('catches up with a chain, and goes with it, edits of its state included', async () => {
    const { url, node } = await devnet()
    await liveThrough(url)
    const { seen, reached, end, stop } = follower(url)
    await reached(8n)
    await liveThrough(url)
    await reached(16n)
    stop()
    expect(await end).toEqual({ reason: 'stopped' })
    expect(seen).toEqual(Array.from({ length: 16 }, (_, i) => BigInt(i + 1)))
    expect(node.head.block.header.number).toBe(16n)
  })

  test('goes with a reorganisation, and undoes edits that were undone', async () => {
    const { url, call } = await devnet()
    const [from] = await call<string[]>('eth_accounts')
    const pay = (value: string) =>
      call('eth_sendTransaction', { from, to: `0x${'77'.repeat(20)}`, value })
    await pay('0x1')
    const snapshot = await call('evm_snapshot')
    await call('anvil_setBalance', `0x${'78'.repeat(20)}`, '0x5')
    await pay('0x2')
    await pay('0x3')
    const { reached, reorgs, end } = follower(url, { until: 4n })
    await reached(3n)
    await call('evm_revert', snapshot)
    await pay('0x4')
    await pay('0x5')
    await pay('0x6')
    expect(await end).toEqual({ reason: 'until' })
    expect(reorgs).toEqual([1n])
  })

  test('stops at the first answer that is another one here', async () => {
    const { url, call } = await devnet()
    const [from] = await call<string[]>('eth_accounts')
    const engine: Engine = createWasmEngine()
    const counts = { pinned: 0, exact: 0, exactOnWasm: 0 }
    const bent = {
      ...engine,
      counts,
      run: async (...args: Parameters<Engine['run']>) => {
        const outputs = await engine.run(...args)
        return args[0].id === whole.id
          ? outputs.map((one) => ({
              ...one,
              data: one.data.map((byte, i) => (i === 8 ? byte ^ 2 : byte)),
            }))
          : outputs
      },
    }
    const { end, seen } = follower(url, { engine: bent })
    await call('eth_sendTransaction', inferTransaction(from, affine.id, [10n ** 18n]))
    await call('eth_sendTransaction', inferTransaction(from, whole.id, [1n, 2n, 3n]))
    expect(await end).toMatchObject({
      reason: 'diverged',
      divergence: {
        what: 'output',
        block: { number: 2n },
        call: { model: whole.id, depth: 0 },
        element: { tensor: 0, name: 'y', index: 2 },
        recorded: '10',
        executed: '8',
      },
    })
    expect(seen).toEqual([1n])
  })

  test('error: the node goes away', async () => {
    const { url, close } = await createDevnet({ port: 0 })
    const { end, reached } = follower(url)
    await rpcClient(url).call('evm_mine')
    await reached(1n)
    await close()
    await expect(end).rejects.toThrow(/tells of no blocks/)
  })

  test('error: nobody is there', async () => {
    await expect(follow('http://127.0.0.1:1', { engine: 'wasm' })).rejects.toThrow(
      /tells of no blocks/,
    )
  })
})
