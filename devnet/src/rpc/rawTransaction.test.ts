import { parseGwei } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { testServer } from './testing/testServer.js'

const to = `0x${'77'.repeat(20)}` as const
const gasPrice = parseGwei('3')
const fees = { maxFeePerGas: gasPrice, maxPriorityFeePerGas: 1n }

/** Each type of transaction that carries the id of its chain. */
const types = [
  { type: 'legacy', gasPrice },
  { type: 'eip2930', gasPrice },
  { type: 'eip1559', ...fees },
] as const

async function rawServer() {
  const server = await testServer()
  const account = privateKeyToAccount(server.node.accounts[0]?.privateKey ?? '0x')
  return { ...server, account }
}

describe('a signed transaction', () => {
  test.each(types)(
    '$type for another chain is refused, and both chains are named',
    async (fields) => {
      const { account, failure } = await rawServer()
      const signed = await account.signTransaction({
        ...fields,
        chainId: 5,
        to,
        gas: 21_000n,
        nonce: 0,
      })
      expect(await failure('eth_sendRawTransaction', signed)).toEqual({
        code: -32003,
        message: 'invalid chain id for signer: the transaction is for 5, this chain is 31337',
      })
    },
  )

  test.each(types)('$type for this chain is mined', async (fields) => {
    const { account, call } = await rawServer()
    const signed = await account.signTransaction({
      ...fields,
      chainId: 31337,
      to,
      gas: 21_000n,
      nonce: 0,
    })
    const receipt = await call<{ status: string }>('eth_sendRawTransactionSync', signed)
    expect(receipt.status).toBe('0x1')
  })

  test('from before EIP-155 holds for every chain', async () => {
    const { account, call } = await rawServer()
    const signed = await account.signTransaction({
      type: 'legacy',
      gasPrice,
      to,
      gas: 21_000n,
      nonce: 0,
    })
    const receipt = await call<{ status: string }>('eth_sendRawTransactionSync', signed)
    expect(receipt.status).toBe('0x1')
  })
})

test.each([
  '0x',
  '0x00',
  '0x02',
  '0x02c0',
  '0x02f8',
  '0x02c3c2c100',
  '0x80',
  '0xc0',
  '0x03c1c0',
  `0xf8${'ff'.repeat(40)}`,
  '0x7f01',
])('bytes that are no transaction are refused as parameters: %s', async (bytes) => {
  const { failure } = await testServer()
  const error = await failure('eth_sendRawTransaction', bytes)
  expect(error.code).toBe(-32602)
  expect(error.message).toMatch(/^(Empty transaction data$|Failed to decode transaction: )/)
})
