import { keccak256, toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import type { Hex } from '../../node/node.js'
import { startAnvil } from '../testing/anvil.js'
import { assemble } from '../testing/assemble.js'
import { testServer } from '../testing/testServer.js'

const from = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const to: Hex = `0x${'5a'.repeat(20)}`
const coinbase: Hex = `0x${'00'.repeat(20)}`
/** What the rules write in every block: EIP-2935 and EIP-4788. */
const system: Hex[] = [
  '0x0000f90827f1c53a10cb7a02335b175320002935',
  '0x000f3df6d732807ef1319fb7b8bb8522d0beac02',
]
const code = assemble('PUSH 7 PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN')

describe('code by its hash', () => {
  test('is what a real Anvil gives, whoever has it', async () => {
    const key = `0x63${keccak256(code).slice(2)}`
    for (const { call } of [await testServer(), await startAnvil()]) {
      await call('anvil_setCode', to, code)
      expect(await call('debug_codeByHash', keccak256(code), 'latest')).toBe(code)
    }
    const { call } = await testServer()
    await call('anvil_setCode', to, code)
    expect(await call('debug_dbGet', key)).toBe(code)
  })

  test('is empty for a hash of none, and nothing else is kept by key', async () => {
    const { call, failure } = await testServer()
    expect(await call('debug_codeByHash', keccak256('0x01'))).toBe('0x')
    expect(await failure('debug_dbGet', keccak256(code))).toMatchObject({ code: -32602 })
  })
})

describe('debug_accountInfoAt', () => {
  test('tells an account within a block, after each of its transactions', async () => {
    const { call, failure, node } = await testServer({ mining: { type: 'manual' } })
    for (const nonce of [0, 1, 2]) {
      const request = { from, to, value: toHex(nonce + 1), nonce: toHex(nonce), gas: '0x5208' }
      await call('eth_sendTransaction', request)
    }
    await node.mine()
    const infoAt = (index: number, owner: Hex) =>
      call<{ balance: Hex; nonce: Hex; code: Hex }>(
        'debug_accountInfoAt',
        '0x1',
        toHex(index),
        owner,
      )
    const balances = [await infoAt(0, to), await infoAt(1, to), await infoAt(2, to)]
    expect(balances.map(({ balance }) => balance)).toEqual(['0x1', '0x3', '0x6'])
    expect(await infoAt(1, from)).toMatchObject({ nonce: '0x2', code: '0x' })
    expect(await failure('debug_accountInfoAt', '0x1', '0x3', to)).toMatchObject({
      code: -32602,
      message: expect.stringContaining('3 transactions'),
    })
  })
})

describe('debug_getModifiedAccountsByNumber', () => {
  test('lists the accounts that a block, or blocks up to another, left otherwise', async () => {
    const { call, failure } = await testServer()
    await call('eth_sendTransactionSync', { from, to, value: '0x1' })
    await call('eth_sendTransactionSync', { from, to: `0x${'77'.repeat(20)}`, value: '0x1' })
    const modified = (...blocks: string[]) =>
      call<Hex[]>('debug_getModifiedAccountsByNumber', ...blocks)
    expect(await modified('0x1')).toEqual([coinbase, ...system, to, from].sort())
    expect(await modified('0x0', '0x2')).toEqual(
      [coinbase, ...system, to, `0x${'77'.repeat(20)}`, from].sort(),
    )
    expect(await failure('debug_getModifiedAccountsByNumber', '0x2', '0x1')).toMatchObject({
      code: -32602,
    })
  })
})

test('debug_clearTxpool empties the pool', async () => {
  const { call } = await testServer({ mining: { type: 'manual' } })
  await call('eth_sendTransaction', { from, to, value: '0x1' })
  expect(await call('txpool_status')).toEqual({ pending: '0x1', queued: '0x0' })
  await call('debug_clearTxpool')
  expect(await call('txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
})
