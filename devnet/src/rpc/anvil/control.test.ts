import { getAddress, parseEther, toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { testClients } from '../testing/clients.js'
import { testServer } from '../testing/testServer.js'

const to = `0x${'77'.repeat(20)}` as const
const word = (value: number) => toHex(value, { size: 32 })

describe('state', () => {
  test('is changed by viem, under every alias', async () => {
    const { reader, tester, everything, call } = await testClients()
    await tester.setBalance({ address: to, value: parseEther('1') })
    await everything.setNonce({ address: to, nonce: 7 })
    await tester.setCode({ address: to, bytecode: '0x6000' })
    await everything.setStorageAt({ address: to, index: 3, value: word(9) })
    await call('anvil_addBalance', to, '0x1')
    expect(await reader.getBalance({ address: to })).toBe(parseEther('1') + 1n)
    expect(await reader.getTransactionCount({ address: to })).toBe(7)
    expect(await reader.getCode({ address: to })).toBe('0x6000')
    expect(await reader.getStorageAt({ address: to, slot: '0x3' })).toBe(word(9))
  })

  test('error: a balance that would exceed 256 bits', async () => {
    const { call, failure } = await testServer()
    const most = `0x${'f'.repeat(64)}`
    await call('anvil_setBalance', to, most)
    expect(await failure('anvil_addBalance', to, '0x1')).toMatchObject({ code: -32602 })
    expect(await failure('anvil_setBalance', to, `${most}f`)).toMatchObject({ code: -32602 })
    expect(await call('eth_getBalance', to)).toBe(most)
  })
})

describe('mining', () => {
  test('seals blocks on request, spaced as asked', async () => {
    const { reader, tester } = await testClients()
    await tester.mine({ blocks: 3, interval: 60 })
    expect(await reader.getBlockNumber()).toBe(3n)
    const [second, third] = [
      await reader.getBlock({ blockNumber: 2n }),
      await reader.getBlock({ blockNumber: 3n }),
    ]
    expect(third.timestamp - second.timestamp).toBe(60n)
  })

  test('tells when the head was sealed, by the clock of the system, whatever time the chain has', async () => {
    const { call } = await testServer()
    const before = Date.now()
    await call('anvil_mine', '0x1')
    const sealed = await call<number>('anvil_getLastBlockWallTime')
    expect(sealed).toBeGreaterThanOrEqual(before)
    expect(sealed).toBeLessThanOrEqual(Date.now())
  })

  test('evm_mine takes a timestamp, alone or in an object, and a count', async () => {
    const { call, reader } = await testClients()
    const { timestamp } = await reader.getBlock()
    const later = timestamp + 1_000_000_000n
    await call('evm_mine', Number(later))
    expect((await reader.getBlock()).timestamp).toBe(later)
    await call('evm_mine', { timestamp: toHex(later + 10n), blocks: 2 })
    expect(await reader.getBlockNumber()).toBe(3n)
    expect((await reader.getBlock({ blockNumber: 2n })).timestamp).toBe(later + 10n)
    expect(await call('evm_mine_detailed')).toMatchObject([{ number: '0x4', transactions: [] }])
  })

  test('waits for a request when automine is off', async () => {
    const { reader, tester, wallet } = await testClients()
    await tester.setAutomine(false)
    expect(await tester.getAutomine()).toBe(false)
    const hash = await wallet.sendTransaction({ to, value: 1n })
    expect(await reader.getTransaction({ hash })).toMatchObject({ blockNumber: null })
    expect(await tester.getTxpoolStatus()).toEqual({ pending: 1, queued: 0 })
    await tester.mine({ blocks: 1 })
    expect(await reader.getTransactionReceipt({ hash })).toMatchObject({ status: 'success' })
  })

  test('goes by the clock when an interval is set', async () => {
    const { node, call, tester } = await testClients()
    const sealed = new Promise((resolve) => node.on('block', resolve))
    await tester.setIntervalMining({ interval: 1 })
    expect(await call('anvil_getIntervalMining')).toBe(1)
    await sealed
    await tester.setIntervalMining({ interval: 0 })
    expect(await call('anvil_getIntervalMining')).toBeNull()
  })

  test('error: an interval that no timer can wait for', async () => {
    const { call, failure } = await testServer()
    expect(await failure('evm_setIntervalMining', 2_147_484)).toMatchObject({ code: -32602 })
    expect(await call('anvil_getAutomine')).toBe(true)
  })

  test('error: more blocks than one call may seal', async () => {
    const { failure } = await testServer()
    expect(await failure('anvil_mine', '0xffffffff')).toMatchObject({
      code: -32602,
      message: expect.stringContaining('a whole number from 0 to 100000'),
    })
  })
})

describe('clock', () => {
  test('goes forward, and the next blocks with it', async () => {
    const { reader, tester } = await testClients()
    const before = await reader.getBlock()
    await tester.setNextBlockTimestamp({ timestamp: before.timestamp + 5_000_000_000n })
    await tester.mine({ blocks: 1 })
    const first = await reader.getBlock()
    expect(first.timestamp).toBe(before.timestamp + 5_000_000_000n)
    await tester.increaseTime({ seconds: 3600 })
    await tester.mine({ blocks: 1 })
    expect((await reader.getBlock()).timestamp - first.timestamp).toBeGreaterThanOrEqual(3600n)
    await tester.setBlockTimestampInterval({ interval: 7 })
    await tester.mine({ blocks: 2 })
    const [a, b] = [
      await reader.getBlock({ blockNumber: 3n }),
      await reader.getBlock({ blockNumber: 4n }),
    ]
    expect(b.timestamp - a.timestamp).toBe(7n)
    await tester.removeBlockTimestampInterval()
  })

  test('error: a timestamp that is not after the head', async () => {
    const { failure } = await testServer()
    expect(await failure('evm_setNextBlockTimestamp', 1)).toMatchObject({
      code: -32602,
      message: expect.stringMatching(/^Timestamp error: /),
    })
  })
})

describe('chain', () => {
  test('goes back to a snapshot, which is then spent', async () => {
    const { reader, tester, wallet, call } = await testClients()
    const id = await tester.snapshot()
    const { snapshots } = await call<{ snapshots: object }>('anvil_metadata')
    expect(snapshots).toEqual({ [id]: [0, (await reader.getBlock()).hash] })
    await wallet.sendTransaction({ to, value: 1n })
    await tester.revert({ id })
    expect(await reader.getBlockNumber()).toBe(0n)
    expect(await reader.getBalance({ address: to })).toBe(0n)
    expect(await call('evm_revert', id)).toBe(false)
    expect(await call('anvil_metadata')).toMatchObject({ snapshots: {} })
  })

  test('starts again at a reset, under another instance id', async () => {
    const { reader, tester, wallet, call } = await testClients()
    const before = await call<{ instanceId: string }>('anvil_metadata')
    await wallet.sendTransaction({ to, value: 1n })
    await tester.reset()
    expect(await reader.getBlockNumber()).toBe(0n)
    const after = await call<{ instanceId: string }>('anvil_metadata')
    expect(after.instanceId).not.toBe(before.instanceId)
  })

  test('error: a reset to a block of a chain that is not named', async () => {
    const { failure } = await testServer()
    const error = await failure('anvil_reset', { forking: { blockNumber: 5 } })
    expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('jsonRpcUrl') })
  })

  test('makes the next blocks as it is told: coinbase, gas limit, base fee, prevRandao', async () => {
    const { reader, tester, call } = await testClients()
    await tester.setCoinbase({ address: to })
    await tester.setBlockGasLimit({ gasLimit: 12_345_678n })
    await tester.setNextBlockBaseFeePerGas({ baseFeePerGas: 99n })
    await call('hardhat_setPrevRandao', word(5))
    expect(await reader.getGasPrice()).toBe(99n + 1_000_000_000n)
    await tester.mine({ blocks: 1 })
    expect(await reader.getBlock()).toMatchObject({
      miner: to,
      gasLimit: 12_345_678n,
      baseFeePerGas: 99n,
      mixHash: word(5),
    })
    expect(await call('eth_coinbase')).toBe(to)
  })

  test('takes another chain id', async () => {
    const { call, addressOf } = await testServer()
    await call('anvil_setChainId', 5)
    expect(await call('eth_chainId')).toBe('0x5')
    expect(await call('net_version')).toBe('5')
    const hash = await call('eth_sendTransaction', { from: addressOf(0), to })
    expect(await call('eth_getTransactionByHash', hash)).toMatchObject({ chainId: '0x5' })
  })
})

describe('pool', () => {
  test('shows what waits, and drops it', async () => {
    const { tester, wallet, call, addressOf } = await testClients({ mining: { type: 'manual' } })
    const from = getAddress(addressOf(0))
    const hash = await wallet.sendTransaction({ to, value: 1n, gas: 21_000n })
    const queued = await wallet.sendTransaction({ to, value: 2n, gas: 21_000n, nonce: 9 })
    const content = await tester.getTxpoolContent()
    expect(Object.keys(content.pending[addressOf(0)] ?? {})).toEqual(['0'])
    expect(Object.keys(content.queued[addressOf(0)] ?? {})).toEqual(['9'])
    expect(await call('txpool_contentFrom', from)).toMatchObject({
      pending: { 0: { hash } },
      queued: { 9: { hash: queued } },
    })
    expect(await call('txpool_inspect')).toMatchObject({
      pending: {
        [addressOf(0)]: { 0: expect.stringMatching(/^0x7{40}: 1 wei \+ 21000 gas × \d+ wei$/) },
      },
    })
    expect(await call<object[]>('eth_pendingTransactions')).toMatchObject([{ hash }])
    expect(await call('anvil_dropTransaction', queued)).toBe(queued)
    expect(await call('anvil_dropTransaction', queued)).toBeNull()
    expect(await call('hardhat_dropTransaction', queued)).toBe(false)
    await call('anvil_removePoolTransactions', from)
    expect(await call('txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
  })
})

test('identifies itself as tools probe it', async () => {
  const { call, reader } = await testClients({ order: 'fifo' })
  expect(await call('web3_clientVersion')).toMatch(/^anvil\/v[\d.]+ \(lockstep\/v[\d.]+\)$/)
  expect(await call('anvil_nodeInfo')).toMatchObject({
    currentBlockHash: (await reader.getBlock()).hash,
    hardFork: 'Prague',
    transactionOrder: 'fifo',
    environment: { chainId: 31337 },
  })
  expect(await call('anvil_getGenesisTime')).toBe(1_700_000_000)
})
