import { toHex } from 'viem'
import { expect, test } from 'vitest'
import type { Hex } from '../../node/node.js'
import { startAnvil } from '../testing/anvil.js'
import { assemble } from '../testing/assemble.js'
import { testServer } from '../testing/testServer.js'

const caller: Hex = `0x${'aa'.repeat(20)}`
const callee: Hex = `0x${'bb'.repeat(20)}`
/** Makes a contract of one INVALID, and sends it 1 wei. */
const factory = assemble(
  'PUSH 0x60fe60005360016000f3 PUSH 0 MSTORE PUSH 10 PUSH 22 PUSH 1 CREATE STOP',
)
const paying = assemble(`PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 2 PUSH ${callee} GAS CALL STOP`)

type Client = Pick<Awaited<ReturnType<typeof testServer>>, 'call'>

/** Three blocks, of a transfer, of a call within a call, and of a creation within a call. */
async function history({ call }: Client, from: Hex): Promise<Hex[]> {
  const send = async (to: Hex, value: number) => {
    await call('anvil_setNextBlockBaseFeePerGas', toHex(1_000_000_000))
    const request = { from, to, value: toHex(value), gas: '0x30d40', gasPrice: '0xb2d05e00' }
    const sent = await call<{ transactionHash: Hex }>('eth_sendTransactionSync', {
      ...request,
      data: '0x0102030405',
    })
    return sent.transactionHash
  }
  const transfer = await send(callee, 7)
  await call('anvil_setCode', caller, paying)
  const payment = await send(caller, 5)
  await call('anvil_setCode', caller, factory)
  return [transfer, payment, await send(caller, 3)]
}

test('answers Otterscan as Anvil does, but for hashes and roots of blocks', async () => {
  const ours = await testServer()
  const anvil = await startAnvil()
  const from = ours.addressOf(0)
  const hashes = await history(ours, from)
  expect(await history(anvil, from)).toEqual(hashes)
  const created = '0x3c952d36207c0d52743a646e7ac2649009bd358e'
  const requests: [string, ...unknown[]][] = [
    ['ots_getApiLevel'],
    ['ots_hasCode', caller, 'latest'],
    ['ots_hasCode', caller, '0x1'],
    ['ots_getBlockDetails', 2],
    ['ots_getBlockTransactions', 2, 0, 10],
    ['ots_getContractCreator', created],
    ['ots_getContractCreator', from],
    ['ots_getTransactionBySenderAndNonce', from, 1],
    ['ots_getTransactionBySenderAndNonce', from, 10],
    ...[0, 2, 3, 4, 9].flatMap((number): [string, ...unknown[]][] => [
      ['ots_searchTransactionsBefore', callee, number, 1],
      ['ots_searchTransactionsBefore', from, number, 10],
      ['ots_searchTransactionsAfter', callee, number, 1],
      ['ots_searchTransactionsAfter', from, number, 2],
    ]),
  ]
  for (const [method, ...params] of requests) {
    const answers = [ours, anvil].map(({ call }) => call<unknown>(method, ...params))
    const [mine, theirs] = (await Promise.all(answers)).map(comparable)
    expect(mine, `${method} ${JSON.stringify(params)}`).toEqual(theirs)
  }
})

/** Without what depends on the clock, and on Anvil's own parent hashes and prevRandao. */
function comparable(answer: unknown): unknown {
  // Anvil prices blobs in receipts of transactions without any, too.
  const varying =
    /^(hash|blockHash|parentHash|stateRoot|mixHash|size|timestamp|blockTimestamp|blobGasPrice)$/
  return JSON.parse(
    JSON.stringify(answer, (name, value) => (varying.test(name) ? undefined : value)) ?? 'null',
  )
}

test('nothing before the first block is the last page', async () => {
  const server = await testServer()
  await history(server, server.addressOf(0))
  expect(await server.call('ots_searchTransactionsBefore', callee, 1, 1)).toEqual({
    txs: [],
    receipts: [],
    firstPage: false,
    lastPage: true,
  })
})

test('a page of a block past its end is empty, and still counts its transactions', async () => {
  const server = await testServer()
  await history(server, server.addressOf(0))
  expect(await server.call('ots_getBlockTransactions', 2, 1, 10)).toMatchObject({
    fullblock: { transactions: [], transactionCount: 1 },
    receipts: [],
  })
})

test('tells what contracts did with ether and contracts, creations included', async () => {
  const server = await testServer()
  const { call, addressOf } = server
  const [transfer, payment, creation] = await history(server, addressOf(0))
  expect(await call('ots_getInternalOperations', transfer)).toEqual([])
  expect(await call('ots_getInternalOperations', payment)).toEqual([
    { type: 0, from: caller, to: callee, value: '0x2' },
  ])
  const to = '0x3c952d36207c0d52743a646e7ac2649009bd358e'
  expect(await call('ots_getInternalOperations', creation)).toEqual([
    { type: 2, from: caller, to, value: '0x1' },
  ])
  expect(await call('ots_traceTransaction', creation)).toMatchObject([
    { type: 'CALL', depth: 0, to: caller },
    { type: 'CREATE', depth: 1, from: caller, to, output: '0xfe' },
  ])
})

test('what is nowhere is said to be nowhere', async () => {
  const { call, failure } = await testServer()
  const nobody = `0x${'11'.repeat(32)}`
  expect(await call('ots_traceTransaction', nobody)).toEqual([])
  expect(await call('ots_getTransactionError', nobody)).toBe('0x')
  expect(await failure('ots_getInternalOperations', nobody)).toMatchObject({ code: -32000 })
  expect(await failure('ots_getBlockDetails', 99)).toMatchObject({ code: -32001 })
})
