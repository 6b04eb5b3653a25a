import { encodeEventTopics, pad } from 'viem'
import { describe, expect, test } from 'vitest'
import { deployProbe, probeAbi } from '../../node/testing/probe.js'
import { FilterStore } from '../filters.js'
import type { RpcLog } from '../format/log.js'
import { testClients } from '../testing/clients.js'
import { testServer } from '../testing/testServer.js'

/** Two probes, each of which wrote logs: 1 and 2 of the first, 3 of the second. */
async function twoProbes() {
  const clients = await testClients()
  const [first, second] = [await deployProbe(clients.node), await deployProbe(clients.node)]
  const store = (address: `0x${string}`, value: bigint) =>
    clients.wallet.writeContract({ address, abi: probeAbi, functionName: 'store', args: [value] })
  await store(first, 1n)
  await store(first, 2n)
  await store(second, 3n)
  const find = async (filter: object) => {
    const logs = await clients.call<RpcLog[]>('eth_getLogs', filter)
    return logs.map(({ data }) => Number(data))
  }
  return { ...clients, first, second, store, find }
}

const topic = encodeEventTopics({ abi: probeAbi, eventName: 'Stored' })[0] as string
const other = `0x${'11'.repeat(32)}`

describe('eth_getLogs', () => {
  test('finds by range, addresses and topics, alternatives and wildcards', async () => {
    const { first, second, find, addressOf } = await twoProbes()
    const all = { fromBlock: 'earliest', toBlock: 'latest' }
    const by = pad(addressOf(0))
    expect(await find(all)).toEqual([1, 2, 3])
    expect(await find({})).toEqual([3])
    expect(await find({ fromBlock: '0x3', toBlock: '0x4' })).toEqual([1, 2])
    expect(await find({ ...all, toBlock: '0xffff' })).toEqual([1, 2, 3])
    expect(await find({ fromBlock: '0xfffe', toBlock: '0xffff' })).toEqual([])
    expect(await find({ ...all, address: first })).toEqual([1, 2])
    expect(
      await find({ ...all, address: [first.toUpperCase().replace('X', 'x'), second] }),
    ).toEqual([1, 2, 3])
    expect(await find({ ...all, address: [] })).toEqual([1, 2, 3])
    expect(await find({ ...all, topics: [topic] })).toEqual([1, 2, 3])
    expect(await find({ ...all, topics: [other] })).toEqual([])
    expect(await find({ ...all, topics: [[other, topic], null] })).toEqual([1, 2, 3])
    expect(await find({ ...all, topics: [null, by] })).toEqual([1, 2, 3])
    expect(await find({ ...all, topics: [[], other] })).toEqual([])
    expect(await find({ ...all, topics: [topic, by, null] })).toEqual([])
  })

  test('finds in one block by its hash', async () => {
    const { find, reader } = await twoProbes()
    const { hash: blockHash } = await reader.getBlock({ blockNumber: 4n })
    expect(await find({ blockHash })).toEqual([2])
  })

  test('error: a range that ends before it starts, an unknown hash, both at once, a topic of another length', async () => {
    const { failure } = await twoProbes()
    const fails = async (filter: object) => (await failure('eth_getLogs', filter)).message
    expect(await fails({ fromBlock: '0x3', toBlock: '0x1' })).toBe(
      'invalid block range: fromBlock 3 is after toBlock 1',
    )
    expect(await fails({ blockHash: other })).toBe('unknown block')
    expect(await fails({ blockHash: other, toBlock: '0x1' })).toContain('not both')
    expect(await fails({ topics: ['0x12'] })).toContain('.topics[0] must be a 32-byte hash')
    expect(await fails({ topics: Array(5).fill(null) })).toContain('at most 4 items')
    expect(await fails({ fromBlock: other })).toContain('.fromBlock must be a block number or tag')
  })
})

describe('filters', () => {
  test('give what happened since the last poll: logs, blocks, pending transactions', async () => {
    const { call, first, second, store } = await twoProbes()
    const logs = await call('eth_newFilter', { address: first })
    const blocks = await call('eth_newBlockFilter')
    const pending = await call('eth_newPendingTransactionFilter')
    const hash = await store(first, 4n)
    await store(second, 5n)
    const found = await call<RpcLog[]>('eth_getFilterChanges', logs)
    expect(found.map(({ data, removed }) => [Number(data), removed])).toEqual([[4, false]])
    expect(await call('eth_getFilterChanges', blocks)).toHaveLength(2)
    expect(await call<string[]>('eth_getFilterChanges', pending)).toContain(hash)
    for (const id of [logs, blocks, pending]) {
      expect(await call('eth_getFilterChanges', id)).toEqual([])
    }
  })

  test('eth_getFilterLogs gives the logs of the filter again', async () => {
    const { call, first } = await twoProbes()
    const id = await call('eth_newFilter', { address: first, fromBlock: '0x0' })
    expect(await call('eth_getFilterLogs', id)).toHaveLength(2)
    expect(await call('eth_getFilterLogs', id)).toHaveLength(2)
  })

  test('a log whose block a revert took away comes again, as removed', async () => {
    const { call, first, store } = await twoProbes()
    const snapshot = await call('evm_snapshot')
    const id = await call('eth_newFilter', { address: first })
    await store(first, 6n)
    await call('evm_revert', snapshot)
    const found = await call<RpcLog[]>('eth_getFilterChanges', id)
    expect(found.map(({ data, removed }) => [Number(data), removed])).toEqual([
      [6, false],
      [6, true],
    ])
  })

  test('error: an uninstalled filter, and the logs of a block filter', async () => {
    const { call, failure } = await testServer()
    const id = await call('eth_newBlockFilter')
    expect((await failure('eth_getFilterLogs', id)).message).toBe('filter not found')
    expect(await call('eth_uninstallFilter', id)).toBe(true)
    expect(await failure('eth_getFilterChanges', id)).toEqual({
      code: -32000,
      message: 'filter not found',
    })
  })

  test('one that nobody polls for five minutes is forgotten', async () => {
    const { node } = await testServer()
    let now = 0
    const filters = new FilterStore(node, () => now)
    const id = filters.install('blocks')
    now += 299_000
    expect(filters.takeChanges(id)).toEqual([])
    now += 301_000
    expect(() => filters.takeChanges(id)).toThrow('filter not found')
    filters.close()
  })

  test('viem watches events through them', async () => {
    const { reader, first, store } = await twoProbes()
    const event = new Promise<bigint | undefined>((resolve) => {
      const stop = reader.watchContractEvent({
        address: first,
        abi: probeAbi,
        eventName: 'Stored',
        onLogs: ([log]) => {
          stop()
          resolve(log?.args.value)
        },
      })
    })
    // The filter must be there before the log is: viem asks for it in the background.
    await reader.createBlockFilter()
    await store(first, 9n)
    expect(await event).toBe(9n)
  })
})
