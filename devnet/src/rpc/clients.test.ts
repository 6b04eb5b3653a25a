import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inferenceActions } from '@lockstep/sdk'
import {
  connect,
  createConfig,
  getBalance,
  getBlockNumber,
  getConnectorClient,
  mock,
  sendTransaction,
  waitForTransactionReceipt,
} from '@wagmi/core'
import { JsonRpcProvider, parseEther, WebSocketProvider } from 'ethers'
import { createPublicClient, createWalletClient, getAddress, http, webSocket } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { ipc } from 'viem/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { deployProbe, probeAbi, probeData } from '../node/testing/probe.js'
import { testServer } from './testing/testServer.js'

const to = `0x${'77'.repeat(20)}` as const

/** Collects what a client tells, and gives it one by one. */
function inbox<T>() {
  const received: T[] = []
  let wake = () => {}
  return {
    put(value: T) {
      received.push(value)
      wake()
    },
    async next(): Promise<T> {
      while (received.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return received.shift() as T
    },
  }
}

describe('viem', () => {
  test.each(['webSocket', 'ipc'])(
    'over %s: sends, and watches blocks, events and pending transactions',
    async (name) => {
      const folder = await mkdtemp(join(tmpdir(), 'lockstep-viem-'))
      onTestFinished(() => rm(folder, { recursive: true, force: true }))
      const ipcPath = join(folder, 'node.ipc')
      const { node, url, addressOf } = await testServer({ ipcPath })
      const probe = await deployProbe(node, 5n)
      const transport =
        name === 'ipc'
          ? ipc(ipcPath, { reconnect: false })
          : webSocket(url.replace('http', 'ws'), { reconnect: false })
      const client = createPublicClient({ chain: foundry, transport, cacheTime: 0 })
      expect(await client.getChainId()).toBe(foundry.id)
      const wallet = createWalletClient({ chain: foundry, transport, account: addressOf(0) })
      const [blocks, events, hashes] = [inbox<bigint>(), inbox<unknown>(), inbox<string>()]
      const stops = [
        client.watchBlockNumber({ onBlockNumber: blocks.put }),
        client.watchContractEvent({
          address: probe,
          abi: probeAbi,
          eventName: 'Stored',
          onLogs: (logs) => events.put(logs[0]?.args),
        }),
        client.watchPendingTransactions({ onTransactions: ([hash]) => hashes.put(hash ?? '') }),
      ]
      onTestFinished(async () => {
        for (const stop of stops) stop()
        ;(await client.transport.getRpcClient()).close()
      })
      // What it subscribes to is asked for in the background; the answer to a later request follows it.
      expect(await client.getBlockNumber()).toBe(1n)
      const hash = await wallet.sendTransaction({ to: probe, data: probeData('store', 9n) })
      expect(await hashes.next()).toBe(hash)
      expect(await blocks.next()).toBe(2n)
      expect(await events.next()).toMatchObject({ value: 9n })
      expect(await client.waitForTransactionReceipt({ hash })).toMatchObject({ status: 'success' })
    },
  )
})

describe('ethers', () => {
  test('JsonRpcProvider: sends from an account of the node, reads, and estimates', async () => {
    const { url, addressOf } = await testServer()
    const provider = new JsonRpcProvider(url)
    onTestFinished(() => provider.destroy())
    const signer = await provider.getSigner(0)
    expect(signer.address.toLowerCase()).toBe(addressOf(0))
    const sent = await signer.sendTransaction({ to, value: parseEther('1') })
    expect(await sent.wait()).toMatchObject({ status: 1, blockNumber: 1 })
    expect(await provider.getBalance(to)).toBe(parseEther('1'))
    expect(await provider.estimateGas({ to })).toBe(21_000n)
    expect((await provider.getFeeData()).maxPriorityFeePerGas).toBe(1_000_000_000n)
    expect((await provider.getNetwork()).chainId).toBe(31_337n)
  })

  test('WebSocketProvider: hears of blocks, logs and pending transactions', async () => {
    const { node, url, call, addressOf } = await testServer()
    const probe = await deployProbe(node, 5n)
    const provider = new WebSocketProvider(url.replace('http', 'ws'))
    onTestFinished(() => provider.destroy())
    const [blocks, logs, hashes] = [inbox<number>(), inbox<{ address: string }>(), inbox<string>()]
    await provider.on('block', blocks.put)
    await provider.on({ address: probe }, logs.put)
    await provider.on('pending', hashes.put)
    // What it subscribes to with `on` is sent in the background; an answer to a later request follows it.
    await provider.getBlockNumber()
    const transaction = { from: addressOf(0), to: probe, data: probeData('store', 9n) }
    const hash = await call('eth_sendTransaction', transaction)
    expect(await hashes.next()).toBe(hash)
    expect(await blocks.next()).toBe(2)
    expect((await logs.next()).address.toLowerCase()).toBe(probe)
  })
})

describe('wagmi', () => {
  test('connects by an account of the node, sends, reads and waits', async () => {
    const { url, addressOf } = await testServer()
    const chain = { ...foundry, rpcUrls: { default: { http: [url] } } }
    const config = createConfig({
      chains: [chain],
      connectors: [mock({ accounts: [getAddress(addressOf(0))] })],
      storage: null,
      transports: { [foundry.id]: http(url) },
    })
    const [connector] = config.connectors
    if (!connector) throw new Error('wagmi made no connector')
    await connect(config, { connector })
    expect(await getBlockNumber(config)).toBe(0n)
    const account = privateKeyToAccount(`0x${'5'.repeat(64)}`)
    const hash = await sendTransaction(config, {
      account: addressOf(0),
      to: account.address,
      value: 5n,
    })
    expect(await waitForTransactionReceipt(config, { hash })).toMatchObject({ status: 'success' })
    expect(await getBalance(config, { address: account.address })).toMatchObject({ value: 5n })
  })

  test('its client takes the inference actions, and writes in sync style', async () => {
    const { node, url, addressOf } = await testServer()
    const probe = await deployProbe(node, 5n)
    const chain = { ...foundry, rpcUrls: { default: { http: [url] } } }
    const config = createConfig({
      chains: [chain],
      connectors: [mock({ accounts: [getAddress(addressOf(0))] })],
      storage: null,
      transports: { [foundry.id]: http(url) },
    })
    const [connector] = config.connectors
    if (!connector) throw new Error('wagmi made no connector')
    await connect(config, { connector })
    const client = (await getConnectorClient(config)).extend(inferenceActions())
    const { events, receipt } = await client.inference.writeContractSync({
      address: probe,
      abi: probeAbi,
      functionName: 'store',
      args: [9n],
      pollingInterval: 20,
    })
    expect(receipt.status).toBe('success')
    expect(events).toMatchObject([{ eventName: 'Stored', args: { value: 9n } }])
    expect(await client.inference.getModels()).toEqual([])
  })
})
