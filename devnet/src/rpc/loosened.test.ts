import { toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import type { DevnetOptions } from '../devnet.js'
import type { Hex } from '../node/node.js'
import { startAnvil } from './testing/anvil.js'
import { type rpcClient, testServer } from './testing/testServer.js'

type Client = Pick<ReturnType<typeof rpcClient>, 'call' | 'failure'>

const from = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const to = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const poor: Hex = `0x${'5a'.repeat(20)}`

/** A node of either kind, loosened alike. */
async function both(flags: readonly string[], options: DevnetOptions): Promise<Client[]> {
  return [await testServer(options), await startAnvil(...flags)]
}

/** Creates a contract of so many zeros. */
async function create({ call }: Client, size: number) {
  const data = `0x63${size.toString(16).padStart(8, '0')}5ff3`
  const request = { from, data, gas: toHex(25_000_000) }
  const receipt = await call<{ status: Hex; contractAddress: Hex }>(
    'eth_sendTransactionSync',
    request,
  )
  const code = await call('eth_getCode', receipt.contractAddress, 'latest')
  return { status: receipt.status, size: (code.length - 2) / 2 }
}

describe('as with Anvil', () => {
  test('contracts may be as large as they are let, and no larger', async () => {
    for (const node of await both(['--code-size-limit', '30000'], { codeSizeLimit: 30_000n })) {
      expect(await create(node, 30_000)).toEqual({ status: '0x1', size: 30_000 })
      expect(await create(node, 30_001)).toEqual({ status: '0x0', size: 0 })
    }
    for (const node of await both(['--disable-code-size-limit'], { codeSizeLimit: 2n ** 48n })) {
      expect(await create(node, 70_000)).toEqual({ status: '0x1', size: 70_000 })
    }
    for (const node of await both([], {})) expect((await create(node, 30_000)).status).toBe('0x0')
  })

  test('blocks may hold any amount of gas', async () => {
    const request = { from, to, gas: toHex(40_000_000) }
    for (const node of await both(['--disable-block-gas-limit'], { gasLimit: 2n ** 64n - 1n })) {
      expect(await node.call('eth_sendTransactionSync', request)).toMatchObject({
        status: '0x1',
        gasUsed: '0x5208',
      })
      expect(await node.call('eth_getBlockByNumber', 'latest', false)).toMatchObject({
        gasLimit: toHex(2n ** 64n - 1n),
      })
    }
    for (const node of await both([], {})) {
      const { message } = await node.failure('eth_sendTransaction', request)
      expect(message).toContain('intrinsic gas too high')
    }
  })

  test('a transaction is taken that its sender can pay when a block is made', async () => {
    const flags = ['--disable-pool-balance-checks']
    const request = { from: poor, to, value: '0x7', gasPrice: toHex(2_000_000_000) }
    for (const node of await both(flags, { waivers: ['poolBalance'] })) {
      await node.call('anvil_impersonateAccount', poor)
      await node.call('evm_setAutomine', false)
      const hash = await node.call('eth_sendTransaction', { ...request, gas: '0x5208' })
      await node.call('anvil_setBalance', poor, toHex(10n ** 18n))
      await node.call('anvil_mine', '0x1')
      expect(await node.call('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
    }
    for (const node of await both([], {})) {
      await node.call('anvil_impersonateAccount', poor)
      const { message } = await node.failure('eth_sendTransaction', { ...request, gas: '0x5208' })
      expect(message).toContain('Insufficient funds')
    }
  })
})

test('a transaction that its sender cannot pay waits for a block in which it can', async () => {
  const { call } = await testServer({ waivers: ['poolBalance'] })
  await call('anvil_impersonateAccount', poor)
  const request = { from: poor, to, value: '0x7', gasPrice: toHex(2_000_000_000), gas: '0x5208' }
  const hash = await call('eth_sendTransaction', request)
  await call('anvil_mine', '0x1')
  expect(await call('eth_getTransactionReceipt', hash)).toBeNull()
  await call('anvil_setBalance', poor, toHex(10n ** 18n))
  await call('anvil_mine', '0x1')
  expect(await call('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
})
