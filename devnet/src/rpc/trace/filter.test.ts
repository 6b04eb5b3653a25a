import { toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import type { Hex } from '../../node/node.js'
import { startAnvil } from '../testing/anvil.js'
import { assemble } from '../testing/assemble.js'
import { type rpcClient, testServer } from '../testing/testServer.js'

type Client = Pick<ReturnType<typeof rpcClient>, 'call' | 'failure'>
interface Traced {
  readonly action: { readonly from: Hex; readonly to: Hex }
  readonly traceAddress: readonly number[]
  readonly blockNumber: number
}

const [first, second] = [
  '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
] as const
const outer: Hex = `0x${'aa'.repeat(20)}`
const inner: Hex = `0x${'bb'.repeat(20)}`
const stores = assemble('PUSH 7 PUSH 0 SSTORE')
const calls = assemble(`PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH ${inner} GAS CALL POP STOP`)

/** Transfers and a call within a call, a block each. */
async function liveThrough({ call }: Client): Promise<Hex> {
  await call('anvil_setCode', outer, calls)
  await call('anvil_setCode', inner, stores)
  await call('eth_sendTransactionSync', { from: first, to: second, value: '0x1' })
  await call('eth_sendTransactionSync', { from: second, to: first, value: '0x1' })
  const nested = { from: first, to: outer, gas: '0x20000' }
  const { transactionHash } = await call<{ transactionHash: Hex }>(
    'eth_sendTransactionSync',
    nested,
  )
  return transactionHash
}

/** Who called whom, and in which block. */
function ends(traces: readonly Traced[]) {
  return traces.map(({ action, traceAddress, blockNumber }) => [
    action.from,
    action.to,
    traceAddress.join(),
    blockNumber,
  ])
}

describe('trace_filter', () => {
  test('finds what a real Anvil finds, by sender, receiver and block', async () => {
    const [ours, theirs] = [await testServer(), await startAnvil()]
    for (const node of [ours, theirs]) await liveThrough(node)
    for (const filter of [
      { fromBlock: '0x1', toBlock: '0x3' },
      { fromBlock: '0x1', toBlock: '0x3', fromAddress: [first] },
      { fromBlock: '0x1', toBlock: '0x3', toAddress: [inner] },
      { fromBlock: '0x2', toBlock: '0x3', after: 1, count: 1 },
    ]) {
      const found = ends(await ours.call('trace_filter', filter))
      expect(found).toEqual(ends(await theirs.call('trace_filter', filter)))
      expect(found.length).toBeGreaterThan(0)
    }
  })

  test('with both lists: a call that matches one of them, or both with intersection', async () => {
    const { call, failure } = await testServer()
    const node = { call, failure }
    await liveThrough(node)
    const filter = { fromAddress: [second], toAddress: [first, outer] }
    const found = async (mode?: string) =>
      ends(await call('trace_filter', { ...filter, ...(mode && { mode }) }))
    expect(await found()).toEqual([
      [second, first, '', 2],
      [first, outer, '', 3],
    ])
    expect(await found('intersection')).toEqual([[second, first, '', 2]])
    expect(await failure('trace_filter', { fromBlock: '0x3', toBlock: '0x1' })).toMatchObject({
      code: -32602,
    })
  })
})

describe('trace_get', () => {
  test('gives one trace of a transaction by its place among them', async () => {
    const { call, failure } = await testServer()
    const hash = await liveThrough({ call, failure })
    const traces = await call<Traced[]>('trace_transaction', hash)
    expect(traces).toHaveLength(2)
    expect(await call('trace_get', hash, ['0x1'])).toEqual(traces[1])
    expect(await call('trace_get', hash, ['0x2'])).toBeNull()
    expect(await call('trace_get', hash, ['0x0', '0x0'])).toBeNull()
  })
})

describe('calls that no block holds', () => {
  test('trace_callMany: each sees what those before it did', async () => {
    const { call, failure } = await testServer()
    await liveThrough({ call, failure })
    const counting = assemble(
      'PUSH 1 SLOAD PUSH 1 ADD DUP1 PUSH 1 SSTORE PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN',
    )
    await call('anvil_setCode', inner, counting)
    const once = [{ from: first, to: inner }, ['trace', 'stateDiff']]
    const traces = await call<{ output: Hex }[]>('trace_callMany', [once, once], 'latest')
    expect(traces.map(({ output }) => BigInt(output))).toEqual([1n, 2n])
  })

  test('trace_rawTransaction: a signed one, as trace_call traces it', async () => {
    const { call, node } = await testServer()
    await call('anvil_setCode', inner, stores)
    const account = privateKeyToAccount(node.accounts[0]?.privateKey ?? '0x')
    const signed = await account.signTransaction({
      chainId: 31337,
      to: inner,
      nonce: 0,
      gas: 100_000n,
      gasPrice: 2_000_000_000n,
    })
    const types = ['trace', 'stateDiff']
    const request = { from: first, to: inner, gas: toHex(100_000), gasPrice: toHex(2_000_000_000) }
    const raw = await call<{ trace: unknown[] }>('trace_rawTransaction', signed, types)
    expect(raw).toEqual(await call('trace_call', request, types, 'latest'))
    expect(raw.trace).toHaveLength(1)
  })
})

describe('gas by opcode', () => {
  test('adds up to what the opcodes of a transaction cost', async () => {
    const { call, failure } = await testServer()
    const hash = await liveThrough({ call, failure })
    interface Gas {
      readonly transactionHash: Hex
      readonly opcodeGas: readonly { opcode: string; count: number; gasUsed: number }[]
    }
    const told = await call<Gas>('trace_transactionOpcodeGas', hash)
    const { gasUsed } = await call<{ gasUsed: Hex }>('eth_getTransactionReceipt', hash)
    const total = told.opcodeGas.reduce((sum, { gasUsed }) => sum + gasUsed, 0)
    expect(total).toBe(Number(gasUsed) - 21_000)
    expect(told.opcodeGas.find(({ opcode }) => opcode === 'SSTORE')).toMatchObject({ count: 1 })
    expect(await call('trace_blockOpcodeGas', '0x3')).toMatchObject({
      blockNumber: 3,
      transactions: [told],
    })
  })
})
