import { createMPT } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { keccak256, parseEther, serializeTransaction, verifyMessage, verifyTypedData } from 'viem'
import { describe, expect, test } from 'vitest'
import { startAnvil } from '../testing/anvil.js'
import { testClients } from '../testing/clients.js'
import { testServer } from '../testing/testServer.js'

/** Root of the trie from positions to entries, as headers hold it. */
async function listRoot(entries: readonly `0x${string}`[]): Promise<string> {
  const trie = await createMPT()
  for (const [index, entry] of entries.entries()) {
    await trie.put(RLP.encode(index), hexToBytes(entry))
  }
  return bytesToHex(trie.root())
}

const to = `0x${'77'.repeat(20)}` as const

describe('state', () => {
  test('answers at each block, by number, hash and tag', async () => {
    const { reader, wallet } = await testClients()
    await wallet.sendTransaction({ to, value: parseEther('1') })
    await wallet.sendTransaction({ to, value: parseEther('2') })
    const at = (block: object) => reader.getBalance({ address: to, ...block })
    expect(await at({ blockNumber: 0n })).toBe(0n)
    expect(await at({ blockNumber: 1n })).toBe(parseEther('1'))
    expect(await at({ blockTag: 'earliest' })).toBe(0n)
    expect(await at({})).toBe(parseEther('3'))
  })

  test('by EIP-1898 names a block by its hash', async () => {
    const { call, reader, wallet } = await testClients()
    await wallet.sendTransaction({ to, value: 1n })
    const { hash: blockHash } = await reader.getBlock({ blockNumber: 0n })
    expect(await call('eth_getBalance', to, { blockHash })).toBe('0x0')
    expect(await call('eth_getBalance', to, { blockNumber: '0x1' })).toBe('0x1')
  })

  test('pending counts the transactions that wait', async () => {
    const { reader, wallet, tester } = await testClients()
    await tester.setAutomine(false)
    await wallet.sendTransaction({ to, value: 5n })
    const { address } = wallet.account
    expect(await reader.getTransactionCount({ address })).toBe(0)
    expect(await reader.getTransactionCount({ address, blockTag: 'pending' })).toBe(1)
    expect(await reader.getBalance({ address: to, blockTag: 'pending' })).toBe(5n)
    const pending = await reader.getBlock({ blockTag: 'pending', includeTransactions: true })
    expect(pending).toMatchObject({ number: 1n, transactions: [{ value: 5n }] })
  })
})

describe('blocks and transactions', () => {
  test('are found by number, hash and index, and their raw forms hash to them', async () => {
    const { reader, wallet, call } = await testClients()
    const hash = await wallet.sendTransaction({ to, value: 1n })
    const block = await reader.getBlock()
    expect(await reader.getBlock({ blockHash: block.hash })).toEqual(block)
    expect(await reader.getBlockTransactionCount({ blockHash: block.hash })).toBe(1)
    const transaction = await reader.getTransaction({ hash })
    expect(await reader.getTransaction({ blockNumber: 1n, index: 0 })).toEqual(transaction)
    expect(await reader.getTransaction({ blockHash: block.hash, index: 0 })).toEqual(transaction)
    expect(keccak256(await call('eth_getRawTransactionByHash', hash))).toBe(hash)
    expect(
      keccak256(await call('eth_getRawTransactionByBlockHashAndIndex', block.hash, '0x0')),
    ).toBe(hash)
    expect(keccak256(await call('debug_getRawHeader', 'latest'))).toBe(block.hash)
    expect(await call('debug_getRawTransactions', '0x1')).toEqual([
      await call('eth_getRawTransactionByBlockNumberAndIndex', '0x1', '0x0'),
    ])
    expect(await call<string>('debug_getRawBlock', '0x1')).toContain(
      (await call<string>('debug_getRawHeader', '0x1')).slice(2),
    )
  })

  test('have raw receipts and transactions that hash to the roots of the header', async () => {
    const { reader, wallet, tester, call } = await testClients()
    await tester.setAutomine(false)
    await wallet.sendTransaction({ to, value: 1n })
    await wallet.sendTransaction({ to, value: 2n, gasPrice: 2_000_000_000n })
    await tester.mine({ blocks: 1 })
    const block = await reader.getBlock()
    expect(block.transactions).toHaveLength(2)
    expect(await listRoot(await call('debug_getRawReceipts', 'latest'))).toBe(block.receiptsRoot)
    expect(await listRoot(await call('debug_getRawTransactions', 'latest'))).toBe(
      block.transactionsRoot,
    )
    const receipts = await call<object[]>('eth_getBlockReceipts', 'latest')
    expect(receipts[1]).toEqual(await call('eth_getTransactionReceipt', block.transactions[1]))
    expect(await call('eth_getHeaderByHash', block.hash)).toMatchObject({ hash: block.hash })
  })

  test('that do not exist are null', async () => {
    const { call } = await testServer()
    const hash = `0x${'12'.repeat(32)}`
    for (const [method, ...params] of [
      ['eth_getBlockByNumber', '0x99'],
      ['eth_getBlockByHash', hash],
      ['eth_getHeaderByNumber', '0x99'],
      ['eth_getBlockReceipts', hash],
      ['eth_getBlockTransactionCountByNumber', '0x99'],
      ['eth_getTransactionByHash', hash],
      ['eth_getTransactionReceipt', hash],
      ['eth_getRawTransactionByHash', hash],
      ['eth_getTransactionByBlockNumberAndIndex', '0x0', '0x7'],
      ['eth_getUncleByBlockNumberAndIndex', '0x0', '0x0'],
    ] as const) {
      expect([method, await call(method, ...params)]).toEqual([method, null])
    }
  })
})

describe('fees', () => {
  test('viem estimates fees that the next block accepts', async () => {
    const { reader, wallet } = await testClients()
    const { maxFeePerGas, maxPriorityFeePerGas } = await reader.estimateFeesPerGas()
    const hash = await wallet.sendTransaction({ to, maxFeePerGas, maxPriorityFeePerGas })
    expect(await reader.waitForTransactionReceipt({ hash })).toMatchObject({ status: 'success' })
    expect(await reader.getBlobBaseFee()).toBe(1n)
  })

  test('eth_feeHistory ends with the base fee of the next block', async () => {
    const { reader, wallet, tester } = await testClients()
    await wallet.sendTransaction({ to, maxPriorityFeePerGas: 7n })
    const history = await reader.getFeeHistory({ blockCount: 2, rewardPercentiles: [0, 100] })
    await tester.mine({ blocks: 1 })
    const next = await reader.getBlock()
    expect(history).toMatchObject({
      oldestBlock: 0n,
      reward: [
        [0n, 0n],
        [7n, 7n],
      ],
    })
    expect(history.baseFeePerGas.at(-1)).toBe(next.baseFeePerGas)
    expect(history.gasUsedRatio).toEqual([0, 21_000 / 30_000_000])
  })

  test('eth_feeHistory of old blocks ends with the base fee that followed', async () => {
    const { reader, tester } = await testClients()
    await tester.mine({ blocks: 3 })
    const history = await reader.getFeeHistory({
      blockCount: 1,
      blockNumber: 1n,
      rewardPercentiles: [],
    })
    const after = await reader.getBlock({ blockNumber: 2n })
    expect(history.baseFeePerGas.at(-1)).toBe(after.baseFeePerGas)
  })

  test('error: percentiles out of order or of range', async () => {
    const { failure } = await testServer()
    for (const percentiles of [[50, 10], [101], ['10'], [-1]]) {
      expect(await failure('eth_feeHistory', '0x1', 'latest', percentiles)).toMatchObject({
        code: -32602,
      })
    }
  })
})

describe('signatures', () => {
  const types = { Mail: [{ name: 'text', type: 'string' }] }
  const typed = {
    domain: { name: 'Test', chainId: 31337 },
    types,
    primaryType: 'Mail',
    message: { text: 'hi' },
  } as const

  test('of messages and typed data are the account’s', async () => {
    const { wallet, call } = await testClients()
    const { address } = wallet.account
    const signature = await wallet.signMessage({ message: 'hello' })
    expect(await verifyMessage({ address, message: 'hello', signature })).toBe(true)
    const typedSignature = await wallet.signTypedData(typed)
    expect(await verifyTypedData({ address, ...typed, signature: typedSignature })).toBe(true)
    expect(await call('eth_signTypedData_v4', address, typed)).toBe(typedSignature)
  })

  test('error: typed data that cannot be encoded', async () => {
    const { failure, addressOf } = await testServer()
    const circular = { ...typed, types: { Mail: [{ name: 'next', type: 'Mail' }] } }
    for (const data of [
      '{',
      7,
      {},
      { ...typed, message: { text: 1n.toString } },
      { ...typed, primaryType: 'No' },
      circular,
    ]) {
      expect(await failure('eth_signTypedData_v4', addressOf(0), data)).toMatchObject({
        code: -32602,
      })
    }
  })
})

test('eth_fillTransaction gives what would be signed', async () => {
  const { call, addressOf } = await testServer()
  const { raw, tx } = await call<{ raw: string; tx: Record<string, string> }>(
    'eth_fillTransaction',
    { from: addressOf(0), to },
  )
  expect(tx).toMatchObject({ nonce: '0x0', gas: '0x5208', to })
  const unsigned = serializeTransaction({
    chainId: 31337,
    type: 'eip1559',
    to,
    gas: 21_000n,
    maxFeePerGas: BigInt(tx.maxFeePerGas ?? 0),
    maxPriorityFeePerGas: BigInt(tx.maxPriorityFeePerGas ?? 0),
  })
  // The node gives the list with an empty signature; viem writes the list without one.
  expect(raw.slice(6)).toBe(`${unsigned.slice(6)}808080`)
})

test('safe is an epoch behind the head and finalized two, as a real Anvil has it', async () => {
  const told = []
  for (const { call } of [await startAnvil(), await testServer()]) {
    const heights = async () =>
      Promise.all(
        ['safe', 'finalized'].map(
          async (tag) =>
            (await call<{ number: string }>('eth_getBlockByNumber', tag, false)).number,
        ),
      )
    const before = await heights()
    await call('anvil_mine', '0x46')
    told.push([before, await heights()])
  }
  expect(told[1]).toEqual(told[0])
  const { call } = await testServer({ slotsPerEpoch: 1 })
  await call('anvil_mine', '0x5')
  await call('anvil_setBalance', to, '0x9')
  expect(await call('eth_getBalance', to, 'safe')).toBe('0x0')
  expect(await call('eth_getBlockByNumber', 'safe', false)).toMatchObject({ number: '0x4' })
})
