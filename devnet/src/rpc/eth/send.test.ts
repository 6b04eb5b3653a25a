import { parseEther, parseGwei, parseTransaction, recoverTransactionAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { deployProbe, probeData } from '../../node/testing/probe.js'
import { testClients } from '../testing/clients.js'
import { testServer } from '../testing/testServer.js'

const to = `0x${'77'.repeat(20)}` as const

describe('eth_sendTransaction', () => {
  test('fills nonce, gas and fees, and signs', async () => {
    const { reader, wallet } = await testClients()
    const hash = await wallet.sendTransaction({ to, value: 1n })
    const transaction = await reader.getTransaction({ hash })
    expect(transaction).toMatchObject({ type: 'eip1559', nonce: 0, gas: 21_000n, to, value: 1n })
    expect(await reader.getBalance({ address: to })).toBe(1n)
  })

  test('sends several of one account at the same time, each with a nonce of its own', async () => {
    const { reader, wallet } = await testClients()
    const hashes = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        wallet.sendTransaction({ to, value: BigInt(index + 1) }),
      ),
    )
    expect(new Set(hashes).size).toBe(5)
    expect(await reader.getTransactionCount({ address: wallet.account.address })).toBe(5)
    expect(await reader.getBalance({ address: to })).toBe(15n)
  })

  test('a transaction that reverts is mined, as its receipt says', async () => {
    const { node, reader, call, addressOf } = await testClients()
    const address = await deployProbe(node)
    const data = probeData('fail')
    const hash = await call('eth_sendTransaction', { from: addressOf(0), to: address, data })
    expect(await reader.getTransactionReceipt({ hash })).toMatchObject({ status: 'reverted' })
  })

  test('takes each type of transaction', async () => {
    const { reader, call, addressOf } = await testClients()
    const from = addressOf(0)
    const gasPrice = '0x77359400'
    const accessList = [{ address: to, storageKeys: [] }]
    const requests = [
      [{ from, to, gasPrice }, 'legacy'],
      [{ from, to, gasPrice, accessList }, 'eip2930'],
      [{ from, to, type: '0x2', gasPrice }, 'eip1559'],
      [{ from, to, maxFeePerGas: gasPrice, accessList }, 'eip1559'],
    ] as const
    for (const [request, type] of requests) {
      const hash = await call('eth_sendTransaction', request)
      expect(await reader.getTransaction({ hash })).toMatchObject({ type })
    }
  })

  test('a fee cap below the usual tip lowers the tip', async () => {
    const { reader, wallet, tester } = await testClients()
    await tester.setNextBlockBaseFeePerGas({ baseFeePerGas: 1n })
    const hash = await wallet.sendTransaction({ to, maxFeePerGas: 1000n })
    expect(await reader.getTransaction({ hash })).toMatchObject({ maxPriorityFeePerGas: 1000n })
  })

  test('an impersonated account sends without a key, until it no longer is', async () => {
    const { reader, tester, call, failure } = await testClients()
    const from = `0x${'99'.repeat(20)}` as const
    await tester.setBalance({ address: from, value: parseEther('1') })
    const request = { from, to, value: '0x1' }
    expect(await failure('eth_sendTransaction', request)).toMatchObject({
      code: -32602,
      message: 'No Signer available',
    })
    await tester.impersonateAccount({ address: from })
    const hash = await call('eth_sendTransaction', request)
    expect(await reader.getTransaction({ hash })).toMatchObject({ from })
    await tester.stopImpersonatingAccount({ address: from })
    expect((await failure('eth_sendTransaction', request)).message).toBe('No Signer available')
    expect(await call('eth_sendUnsignedTransaction', request)).toMatch(/^0x/)
  })

  test('autoImpersonate lets every account send', async () => {
    const { call } = await testServer()
    await call('anvil_autoImpersonateAccount', true)
    await call('anvil_setBalance', to, '0xde0b6b3a7640000')
    expect(await call('eth_sendTransaction', { from: to, to })).toMatch(/^0x/)
  })

  test('error: another chain, blobs, contradictory fees', async () => {
    const { failure, addressOf } = await testServer()
    const from = addressOf(0)
    expect((await failure('eth_sendTransaction', { from, to, chainId: '0x1' })).message).toBe(
      'invalid chain id for signer: the transaction is for 1, this chain is 31337',
    )
    expect(
      await failure('eth_sendTransaction', { from, to, blobVersionedHashes: [] }),
    ).toMatchObject({ code: -32602 })
    const inverted = { from, to, maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x2' }
    expect(await failure('eth_sendTransaction', inverted)).toMatchObject({
      code: -32602,
      message: expect.stringContaining('maxFeePerGas cannot be less than maxPriorityFeePerGas'),
    })
  })
})

describe('eth_sendRawTransaction', () => {
  test('takes what a local account signed, delegations included', async () => {
    const { node, reader, wallet } = await testClients()
    const account = privateKeyToAccount(node.accounts[1]?.privateKey ?? '0x')
    const authorization = await account.signAuthorization({ address: to, chainId: 31337, nonce: 1 })
    const hash = await wallet.sendTransaction({
      account,
      to: account.address,
      authorizationList: [authorization],
      nonce: 0,
    })
    const transaction = await reader.getTransaction({ hash })
    expect(transaction).toMatchObject({
      type: 'eip7702',
      authorizationList: [{ address: to, nonce: 1 }],
    })
    expect(await reader.getCode({ address: account.address })).toBe(`0xef0100${to.slice(2)}`)
  })

  test('error: what is no transaction', async () => {
    const { failure } = await testServer()
    expect(await failure('eth_sendRawTransaction', '0x02c0')).toMatchObject({
      code: -32602,
      message: expect.stringMatching(/^Failed to decode transaction: /),
    })
  })
})

describe('eth_sendTransactionSync', () => {
  test('waits for the block of an interval', async () => {
    const { call, addressOf } = await testServer({ mining: { type: 'interval', seconds: 0.1 } })
    const receipt = await call<{ status: string }>('eth_sendTransactionSync', {
      from: addressOf(0),
      to,
    })
    expect(receipt.status).toBe('0x1')
  })

  test('error: no block within the time, with the hash', async () => {
    const { call, failure, addressOf } = await testServer({ mining: { type: 'manual' } })
    const error = await failure('eth_sendTransactionSync', { from: addressOf(0), to }, 50)
    expect(error).toMatchObject({ code: 4, message: 'The transaction was not mined within 50 ms.' })
    expect(await call('eth_getTransactionByHash', error.data)).toMatchObject({ blockHash: null })
  })
})

test('eth_signTransaction signs without sending', async () => {
  const { call, addressOf } = await testServer()
  const signed = await call('eth_signTransaction', { from: addressOf(1), to, gas: '0x5208' })
  const transaction = parseTransaction(signed as `0x02${string}`)
  expect(transaction).toMatchObject({ to, gas: 21_000n, maxPriorityFeePerGas: parseGwei('1') })
  expect(
    (
      await recoverTransactionAddress({ serializedTransaction: signed as `0x02${string}` })
    ).toLowerCase(),
  ).toBe(addressOf(1))
  expect(await call('eth_blockNumber')).toBe('0x0')
})

describe('transactions on conditions', () => {
  const gas = '0x5208'

  test('eth_sendRawTransactionConditional takes what meets its conditions, and nothing else', async () => {
    const { call, failure, addressOf } = await testServer()
    const from = addressOf(0)
    const signed = await call('eth_signTransaction', { from, to, gas, nonce: '0x0' })
    const conditional = 'eth_sendRawTransactionConditional'
    const empty = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
    const zero = `0x${'0'.repeat(64)}`
    for (const conditions of [
      { blockNumberMin: '0x1' },
      { timestampMax: '0x1' },
      { knownAccounts: { [to]: zero } },
      { knownAccounts: { [to]: { '0x0': `0x${'1'.padStart(64, '0')}` } } },
    ]) {
      const error = await failure(conditional, signed, conditions)
      expect(error).toMatchObject({ code: -32003, message: /^transaction conditional failed: / })
    }
    const knownAccounts = { [to]: empty, [from]: { '0x0': zero } }
    const hash = await call(conditional, signed, { blockNumberMax: '0x0', knownAccounts })
    expect(await call('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
  })

  test('eth_resend replaces a transaction that waits, at another price', async () => {
    const { call, failure, addressOf } = await testServer()
    const from = addressOf(0)
    await call('evm_setAutomine', false)
    const request = { from, to, gas, nonce: '0x0', maxFeePerGas: '0x77359400' }
    await call('eth_sendTransaction', request)
    const hash = await call('eth_resend', request, '0xb2d05e00')
    await call('evm_mine')
    const mined = await call('eth_getTransactionBySenderAndNonce', from, '0x0')
    expect(mined).toMatchObject({ hash, gasPrice: '0xb2d05e00' })
    expect(await failure('eth_resend', { ...request, nonce: '0x5' })).toMatchObject({
      code: -32000,
    })
    expect(await failure('eth_resend', { from, to })).toMatchObject({ code: -32602 })
  })
})

test('eth_getTransactionBySenderAndNonce finds what is mined or waits', async () => {
  const { call, addressOf } = await testServer()
  const from = addressOf(0)
  const sent: string[] = []
  for (let index = 0; index < 5; index++) {
    sent.push(await call('eth_sendTransaction', { from, to }))
    await call('anvil_mine', '0x2')
  }
  await call('evm_setAutomine', false)
  sent.push(await call('eth_sendTransaction', { from, to }))
  for (const [nonce, hash] of sent.entries()) {
    const found = await call('eth_getTransactionBySenderAndNonce', from, nonce)
    expect(found).toMatchObject({ hash, from })
  }
  expect(await call('eth_getTransactionBySenderAndNonce', from, sent.length)).toBeNull()
  expect(await call('eth_getTransactionBySenderAndNonce', to, 0)).toBeNull()
})
