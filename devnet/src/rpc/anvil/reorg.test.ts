import { describe, expect, test } from 'vitest'
import { testServer } from '../testing/testServer.js'

const to = `0x${'77'.repeat(20)}`

/** Three blocks, each of which sends 1 wei. */
async function chain() {
  const server = await testServer()
  const { call, addressOf } = server
  const from = addressOf(0)
  const hashes: string[] = []
  for (let index = 0; index < 3; index++) {
    hashes.push(await call('eth_sendTransaction', { from, to, value: '0x1' }))
  }
  const hashAt = async (number: string) =>
    (await call<{ hash: string }>('eth_getBlockByNumber', number, false)).hash
  return { ...server, from, hashes, hashAt }
}

describe('anvil_rollback', () => {
  test('takes the newest blocks off, with their state and transactions', async () => {
    const { call, hashes, from } = await chain()
    await call('anvil_rollback', 2)
    expect(await call('eth_blockNumber')).toBe('0x1')
    expect(await call('eth_getBalance', to)).toBe('0x1')
    expect(await call('eth_getTransactionCount', from)).toBe('0x1')
    expect(await call('eth_getTransactionByHash', hashes[2])).toBeNull()
    await call('anvil_rollback')
    expect(await call('eth_blockNumber')).toBe('0x0')
  })

  test('spends the snapshots of blocks that are gone, and keeps the others', async () => {
    const { call } = await chain()
    await call('anvil_rollback', 1)
    const kept = await call('evm_snapshot')
    await call('evm_mine')
    const gone = await call('evm_snapshot')
    await call('anvil_rollback', 1)
    expect(await call('evm_revert', gone)).toBe(false)
    expect(await call('evm_revert', kept)).toBe(true)
    expect(await call('eth_getBalance', to)).toBe('0x2')
  })

  test('error: more blocks than there are, in the words of Anvil', async () => {
    const { failure } = await chain()
    expect(await failure('anvil_rollback', 4)).toEqual({
      code: -32602,
      message: 'Rollback depth must not exceed current chain height: current height 3, depth 4',
    })
  })
})

describe('anvil_reorg', () => {
  test('puts other blocks in the place of the newest, even of empty ones', async () => {
    const { call, hashAt } = await testServer().then(async (server) => {
      await server.call('anvil_mine', '0x3')
      const hashAt = async (number: string) =>
        (await server.call<{ hash: string }>('eth_getBlockByNumber', number, false)).hash
      return { ...server, hashAt }
    })
    const before = [await hashAt('0x1'), await hashAt('0x2'), await hashAt('0x3')]
    await call('anvil_reorg', 2, [])
    expect(await call('eth_blockNumber')).toBe('0x3')
    expect(await hashAt('0x1')).toBe(before[0])
    expect(await hashAt('0x2')).not.toBe(before[1])
    expect(await hashAt('0x3')).not.toBe(before[2])
  })

  test('fills the new blocks with the transactions that it is given, signed or to sign', async () => {
    const { call, from, hashAt, addressOf } = await chain()
    const signed = await call('eth_signTransaction', {
      from: addressOf(1),
      to,
      value: '0x7',
      gas: '0x5208',
      nonce: '0x0',
    })
    await call('anvil_reorg', 2, [
      [{ from, to, value: '0x20' }, 1],
      [{ from, to, value: '0x10' }, 0],
      [signed, 1],
    ])
    expect(await call('eth_getBalance', to)).toBe('0x38')
    expect(await call('eth_getBlockTransactionCountByNumber', '0x2')).toBe('0x1')
    expect(await call('eth_getBlockTransactionCountByNumber', '0x3')).toBe('0x2')
    expect(await hashAt('0x4').catch(() => null)).toBeNull()
  })

  test('error: a block that is not among the new ones', async () => {
    const { failure, from, call } = await chain()
    expect(await failure('anvil_reorg', 1, [[{ from, to }, 1]])).toMatchObject({ code: -32602 })
    expect(await failure('anvil_reorg', 1, [['0x1234', 0]])).toMatchObject({
      code: -32602,
      message: expect.stringContaining('Failed to decode transaction'),
    })
    expect(await call('eth_blockNumber')).toBe('0x3')
  })
})
