import { type Hex, parseGwei } from 'viem'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { account } from '../testing/client.js'
import { useDevnet } from '../testing/devnet.js'
import {
  ReceiptTimeoutError,
  TransactionDroppedError,
  TransactionReplacedError,
  waitForReceipt,
} from './receipt.js'

const chain = useDevnet()
const [to, elsewhere] = [`0x${'66'.repeat(20)}`, `0x${'77'.repeat(20)}`] as const

/** As Anvil's methods are called: viem knows them on its test client alone. */
async function control(method: string, ...params: unknown[]): Promise<void> {
  await chain.client.request({ method, params } as never)
}

function send(recipient: Hex, gwei: number, nonce?: number): Promise<Hex> {
  return chain.client.sendTransaction({
    to: recipient,
    value: 1n,
    maxFeePerGas: parseGwei(String(gwei)),
    maxPriorityFeePerGas: parseGwei(String(gwei / 2)),
    ...(nonce !== undefined && { nonce }),
  })
}

const wait = (hash: Hex, options = {}) =>
  waitForReceipt(chain.client, hash, { pollingInterval: 10, ...options })

/** Resolves once the wait has asked for the transaction itself, and so knows it. */
async function watched(hash: Hex, options = {}) {
  const { request } = chain.client
  let hasLooked = () => {}
  const looked = new Promise<void>((resolve) => (hasLooked = resolve))
  const spied = {
    ...chain.client,
    request: async (body: { method: string }) => {
      const answer = await request(body as never)
      if (body.method === 'eth_getTransactionByHash') hasLooked()
      return answer
    },
  } as typeof chain.client
  const receipt = waitForReceipt(spied, hash, { pollingInterval: 10, ...options })
  receipt.catch(() => undefined)
  await looked
  return { receipt }
}

beforeEach(() => control('evm_setAutomine', false))
afterEach(async () => {
  await control('anvil_dropAllTransactions')
  await control('evm_setAutomine', true)
})

describe('waitForReceipt', () => {
  test('default: until a block takes the transaction', async () => {
    const hash = await send(to, 10)
    const { receipt } = await watched(hash)
    await control('evm_mine')
    expect(await receipt).toMatchObject({ transactionHash: hash, status: 'success' })
  })

  test('behavior: for as many confirmations as asked', async () => {
    const hash = await send(to, 10)
    await control('evm_mine')
    const pending = wait(hash, { confirmations: 2, timeout: 100 })
    await expect(pending).rejects.toBeInstanceOf(ReceiptTimeoutError)
    await control('evm_mine')
    expect(await wait(hash, { confirmations: 2 })).toMatchObject({ transactionHash: hash })
  })

  test('behavior: the same transaction for another price counts', async () => {
    const nonce = await chain.client.getTransactionCount({ address: account })
    const { receipt } = await watched(await send(to, 10, nonce))
    const dearer = await send(to, 20, nonce)
    await control('evm_mine')
    expect(await receipt).toMatchObject({ transactionHash: dearer })
  })

  test('error: another transaction took the nonce, blocks ago', async () => {
    const nonce = await chain.client.getTransactionCount({ address: account })
    const hash = await send(to, 10, nonce)
    const { receipt } = await watched(hash)
    const other = await send(elsewhere, 20, nonce)
    await control('anvil_mine', '0x5')
    const error = await receipt.catch((reason) => reason)
    expect(error).toBeInstanceOf(TransactionReplacedError)
    expect(error).toMatchObject({ hash, replacement: { hash: other } })
  })

  test('error: dropped from the pool', async () => {
    const hash = await send(to, 10)
    const { receipt } = await watched(hash)
    await control('anvil_dropTransaction', hash)
    await expect(receipt).rejects.toBeInstanceOf(TransactionDroppedError)
  })

  test('error: taken out by a reorganisation, while it waited for confirmations', async () => {
    const hash = await send(to, 10)
    const { receipt } = await watched(hash, { confirmations: 3 })
    await control('evm_mine')
    await control('anvil_rollback', 1)
    await control('anvil_dropAllTransactions')
    await expect(receipt).rejects.toBeInstanceOf(TransactionDroppedError)
  })

  test('error: no block in time', async () => {
    const hash = await send(to, 10)
    const error = await wait(hash, { timeout: 50 }).catch((reason) => reason)
    expect(error).toBeInstanceOf(ReceiptTimeoutError)
    expect(error).toMatchObject({ hash, timeout: 50 })
  })

  test('error: aborted', async () => {
    const hash = await send(to, 10)
    const controller = new AbortController()
    const { receipt } = await watched(hash, { signal: controller.signal })
    controller.abort('enough')
    await expect(receipt).rejects.toMatchObject({ name: 'AbortedError', hash, cause: 'enough' })
  })
})
