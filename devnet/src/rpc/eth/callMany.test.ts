import { encodeFunctionData, toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { deployProbe, probeAbi, probeData } from '../../node/testing/probe.js'
import { account, signed } from '../../node/testing/testNode.js'
import { testServer } from '../testing/testServer.js'

const word = (value: bigint) => toHex(value, { size: 32 })

describe('eth_callMany', () => {
  test('calls see what those before them did, across bundles, and the chain sees nothing', async () => {
    const { node, call } = await testServer()
    const to = await deployProbe(node, 1n)
    const read = { to, data: probeData('value') }
    const store = (value: bigint) => ({ to, data: probeData('store', value) })
    const refused = { to, data: probeData('refuse', 7n) }
    expect(
      await call('eth_callMany', [
        { transactions: [read, store(5n), read] },
        { transactions: [refused, read] },
      ]),
    ).toEqual([
      [{ value: word(1n) }, { value: '0x' }, { value: word(5n) }],
      [{ error: expect.stringContaining('custom error 0x590a5151') }, { value: word(5n) }],
    ])
    expect(await call('eth_call', read)).toBe(word(1n))
  })

  test('each bundle has its header; the state is overridden once, before all of them', async () => {
    const { node, call } = await testServer()
    const to = await deployProbe(node, 1n)
    const context = {
      to,
      data: encodeFunctionData({ abi: probeAbi, functionName: 'blockContext' }),
    }
    const bundle = (number: number) => ({
      transactions: [context],
      blockOverride: { number: toHex(number) },
    })
    const numbers = await call<{ value: string }[][]>('eth_callMany', [bundle(77), bundle(78)])
    expect(numbers.map(([first]) => BigInt(first?.value.slice(0, 66) ?? 0))).toEqual([77n, 78n])
    const overridden = { [to]: { stateDiff: { [word(0n)]: word(9n) } } }
    const read = { to, data: probeData('value') }
    const store = { to, data: probeData('store', 3n) }
    const bundles = [{ transactions: [read, store] }, { transactions: [read] }]
    expect(await call('eth_callMany', bundles, {}, overridden)).toEqual([
      [{ value: word(9n) }, { value: '0x' }],
      [{ value: word(3n) }],
    ])
  })

  test('stands within a block where a position is given', async () => {
    const { node, call } = await testServer({ mining: { type: 'manual' } })
    await node.mine()
    node.setMining({ type: 'auto' })
    const to = await deployProbe(node, 1n)
    node.setMining({ type: 'manual' })
    const next = await node.pendingNonce(account(node, 0).address)
    for (const index of [0n, 1n]) {
      const data = probeData('store', index + 5n)
      await node.send(await signed(node, { to, data, nonce: next + index, gasLimit: 100_000n }))
    }
    const [sealed] = await node.mine()
    const blockNumber = toHex(sealed?.block.header.number ?? 0n)
    const bundles = [{ transactions: [{ to, data: probeData('value') }] }]
    const at = (transactionIndex: number) =>
      call('eth_callMany', bundles, { blockNumber, transactionIndex })
    expect(await at(0)).toEqual([[{ value: word(1n) }]])
    expect(await at(1)).toEqual([[{ value: word(5n) }]])
    expect(await at(-1)).toEqual([[{ value: word(6n) }]])
  })

  test('error: a block that is not there, and fields that nobody knows', async () => {
    const { failure } = await testServer()
    const bundles = [{ transactions: [] }]
    expect(await failure('eth_callMany', bundles, { blockNumber: '0x99' })).toMatchObject({
      code: -32602,
    })
    expect(await failure('eth_callMany', [{ calls: [] }])).toMatchObject({
      code: -32602,
      message: expect.stringContaining('[0]'),
    })
  })
})
