import { createTx, createTxFromRLP } from '@ethereumjs/tx'
import { hexToBytes } from '@ethereumjs/util'
import { decodeErrorResult, decodeEventLog, keccak256, parseEther } from 'viem'
import { describe, expect, test } from 'vitest'
import type { PooledTransaction, SealedBlock } from './node.js'
import { deployProbe, probeAbi, probeData } from './testing/probe.js'
import { account, balanceOf, mined, signed, testNode } from './testing/testNode.js'

describe('send', () => {
  test('mines a transfer at once and moves the value', async () => {
    const node = await testNode()
    const recipient = account(node, 1).address
    const { receipt, hash } = await mined(node, { to: recipient, value: 5n })

    expect(node.head.block.header.number).toBe(1n)
    expect(node.head.transactions.map((transaction) => transaction.hash)).toEqual([hash])
    expect(receipt).toMatchObject({ status: 1, gasUsed: 21_000n, cumulativeGasUsed: 21_000n })
    expect(receipt.effectiveGasPrice).toBe(875_000_000n + 1_000_000_000n)
    expect(await balanceOf(node, recipient)).toBe(parseEther('10000') + 5n)
    const spent = 5n + receipt.gasUsed * receipt.effectiveGasPrice
    expect(await balanceOf(node, account(node, 0).address)).toBe(parseEther('10000') - spent)
  })

  test('names a transaction by the hash of its bytes', async () => {
    const node = await testNode()
    const tx = await signed(node, { to: account(node, 1).address })
    expect(await node.send(tx)).toBe(keccak256(tx.serialize()))
  })

  test('deploys a contract at the address of its sender and nonce', async () => {
    const node = await testNode()
    const address = await deployProbe(node, 7n)
    expect(address).toBe('0x5fbdb2315678afecb367f032d93f642f64180aa3')
    const state = await node.state('latest')
    expect((await state.code(address)).length).toBeGreaterThan(100)
    expect(await state.storage(address, '0x0')).toBe(`0x${'07'.padStart(64, '0')}`)
  })

  test('keeps logs with their place in the block', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    node.setMining({ type: 'manual' })
    await node.send(await signed(node, { to, data: probeData('store', 1n) }))
    await node.send(await signed(node, { to, data: probeData('store', 2n) }))
    await node.mine()

    const logs = node.head.transactions.flatMap((transaction) => transaction.receipt.logs)
    expect(logs.map((log) => [log.transactionIndex, log.logIndex])).toEqual([
      [0, 0],
      [1, 1],
    ])
    const last = logs[1]
    if (!last) throw new Error('no log')
    const { args } = decodeEventLog({
      abi: probeAbi,
      data: last.data,
      topics: [...last.topics] as [`0x${string}`],
    })
    expect(args).toMatchObject({ value: 2n })
    expect(last.address).toBe(to)
  })

  test('gives the revert data of a failed transaction in its receipt', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    const { receipt } = await mined(node, { to, data: probeData('refuse', 9n) })
    expect(receipt.status).toBe(0)
    const error = decodeErrorResult({ abi: probeAbi, data: receipt.returnData })
    expect(error.args).toEqual([9n])
  })

  test.each([
    ['legacy', { type: 0, gasPrice: 2_000_000_000n, maxFeePerGas: undefined }],
    ['access list', { type: 1, gasPrice: 2_000_000_000n, maxFeePerGas: undefined }],
  ])('mines a transaction of the type %s', async (_, fields) => {
    const node = await testNode()
    const sender = account(node, 0)
    const tx = createTx(
      {
        ...fields,
        chainId: node.chainId,
        gasLimit: 50_000n,
        to: account(node, 1).address,
      } as never,
      { common: node.common },
    ).sign(hexToBytes(sender.privateKey))
    await node.send(tx)
    const [transaction] = node.head.transactions
    expect(transaction?.from).toBe(sender.address)
    expect(transaction?.receipt.effectiveGasPrice).toBe(2_000_000_000n)
  })

  test('mines a legacy transaction that binds to no chain', async () => {
    const node = await testNode()
    const sender = account(node, 0)
    const raw = await sender.account.signTransaction({
      type: 'legacy',
      gas: 21_000n,
      gasPrice: 10n ** 10n,
      to: account(node, 1).address,
    })
    await node.send(createTxFromRLP(hexToBytes(raw), { common: node.common }))
    expect(node.head.transactions[0]?.from).toBe(sender.address)
  })

  test('sends at the same time land in as few blocks as they can', async () => {
    const node = await testNode()
    const senders = node.accounts.map((_, index) => account(node, index))
    const txs = await Promise.all(
      senders.map((sender) => signed(node, { to: senders[0]?.address as never }, sender)),
    )
    await Promise.all(txs.map((tx) => node.send(tx)))
    expect(node.pool().pending).toEqual([])
    expect(Number(node.head.block.header.number)).toBeLessThan(senders.length)
  })

  test('tells listeners of the pooled transaction, then of its block', async () => {
    const node = await testNode()
    const seen: (PooledTransaction | SealedBlock)[] = []
    node.on('pendingTransaction', (transaction) => seen.push(transaction))
    const stop = node.on('block', (block) => seen.push(block))
    const hash = await node.send(await signed(node, { to: account(node, 1).address }))
    stop()
    await node.mine()
    expect(seen.map((event) => event.hash)).toEqual([hash, (await node.block(1n))?.hash])
  })
})
