import { gunzipSync, gzipSync } from 'node:zlib'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { inferenceAbi } from '@lockstep/precompile'
import { encodeFunctionData } from 'viem'
import { describe, expect, test } from 'vitest'
import type { Hex } from '../../node/node.js'
import { inferenceAddress } from '../../node/registry.js'
import { affine } from '../../node/testing/models.js'
import { startAnvil } from '../testing/anvil.js'
import { type rpcClient, testServer } from '../testing/testServer.js'

type Client = Pick<ReturnType<typeof rpcClient>, 'call' | 'failure'>
interface Json {
  [name: string]: unknown
}

const sender = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const receiver = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const stranger: Hex = `0x${'5a'.repeat(20)}`
const key = `0x${'1'.padStart(64, '0')}`
/** Stores 42 in slot 0, writes a log, and leaves a contract that gives slot 0. */
const creation =
  '0x602a6000556007600052600160206000a1600b601d600039600b6000f360005460005260206000f3'

/** Transactions of every kind, and changes without one. */
async function liveThrough({ call }: Client): Promise<Hex> {
  const { contractAddress } = await call<{ contractAddress: Hex }>('eth_sendTransactionSync', {
    from: sender,
    data: creation,
    gas: '0x100000',
  })
  await call('eth_sendTransactionSync', { from: sender, to: receiver, value: '0x7' })
  const legacy = { from: sender, to: receiver, gasPrice: '0x77359400' }
  await call('eth_sendTransactionSync', legacy)
  const accessList = [{ address: receiver, storageKeys: [key] }]
  await call('eth_sendTransactionSync', { ...legacy, accessList })
  await call('eth_sendTransactionSync', { from: sender, data: '0x60006000fd', gas: '0x100000' })
  await call('anvil_setBalance', stranger, '0xde0b6b3a7640000')
  await call('anvil_impersonateAccount', stranger)
  await call('eth_sendTransactionSync', { from: stranger, to: receiver, value: '0x1' })
  await call('anvil_mine', '0x2')
  await call('anvil_setStorageAt', contractAddress, '0x7', key)
  await call('anvil_setCoinbase', receiver)
  return contractAddress
}

/** What clients see of the chain, under names that both nodes have. */
async function report({ call }: Client, contract: Hex) {
  const height = Number(await call('eth_blockNumber'))
  const blocks = []
  for (let number = 0; number <= height; number++) {
    const tag = `0x${number.toString(16)}`
    const block = await call<Json>('eth_getBlockByNumber', tag, true)
    const receipts = await call<Json[]>('eth_getBlockReceipts', tag)
    const hashes = (block.transactions as Json[]).map(({ hash }) => hash)
    blocks.push({
      block: common(block),
      receipts: receipts.map(common),
      byHash: await Promise.all(
        hashes.map(async (hash) => common(await call<Json>('eth_getTransactionByHash', hash))),
      ),
    })
  }
  const accounts = [sender, receiver, stranger, contract].map(async (address) => [
    await call('eth_getBalance', address, 'latest'),
    await call('eth_getTransactionCount', address, 'latest'),
    await call('eth_getCode', address, 'latest'),
    await call('eth_getStorageAt', address, '0x0', 'latest'),
    await call('eth_getStorageAt', address, '0x7', 'latest'),
  ])
  return { blocks, accounts: await Promise.all(accounts) }
}

/**
 * Without what one of the two nodes adds or words otherwise: `format/anvil.test.ts` compares that. Who sent a transaction
 * that nobody signed is in its receipt; Anvil looks for it in a signature of ours, too, and finds nobody.
 */
function common(value: Json): Json {
  const own = ['totalDifficulty', 'size', 'blockTimestamp', 'blobGasPrice', 'withdrawals']
  if (value.s === '0x1') own.push('from')
  const entries = Object.entries(value).filter(([name]) => !own.includes(name))
  return Object.fromEntries(
    entries.map(([name, entry]) => [
      name,
      Array.isArray(entry) ? entry.map((item) => (isJson(item) ? common(item) : item)) : entry,
    ]),
  )
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unpacked(state: Hex): Json {
  return JSON.parse(gunzipSync(hexToBytes(state)).toString())
}

function packed(state: Json): Hex {
  return bytesToHex(gzipSync(JSON.stringify(state)))
}

function header(block: Json): Json {
  return block.header as Json
}

/** Spoils the second block. */
function withBlock(spoil: (block: Json) => Json): (state: Json) => Json {
  return (state) => ({
    ...state,
    blocks: (state.blocks as Json[]).map((block, index) => (index === 1 ? spoil(block) : block)),
  })
}

function withTransactions(spoil: (transactions: Json[]) => Json[]): (state: Json) => Json {
  return (state) => ({ ...state, transactions: spoil(state.transactions as Json[]) })
}

describe('anvil_dumpState and anvil_loadState', () => {
  test('a state of Anvil is the same chain here, and goes on', async () => {
    const anvil = await startAnvil()
    const contract = await liveThrough(anvil)
    const lockstep = await testServer()
    expect(await lockstep.call('anvil_loadState', await anvil.call('anvil_dumpState'))).toBe(true)
    expect(await report(lockstep, contract)).toEqual(await report(anvil, contract))
    const next = await lockstep.call<Json>('eth_sendTransactionSync', {
      from: sender,
      to: contract,
    })
    expect(next).toMatchObject({ status: '0x1', blockNumber: '0x9' })
  })

  test('a state of lockstep is the same chain in Anvil, and goes on', async () => {
    const lockstep = await testServer()
    const contract = await liveThrough(lockstep)
    const anvil = await startAnvil()
    expect(await anvil.call('anvil_loadState', await lockstep.call('anvil_dumpState'))).toBe(true)
    expect(await report(anvil, contract)).toEqual(await report(lockstep, contract))
    const next = await anvil.call<Json>('eth_sendTransactionSync', { from: sender, to: contract })
    expect(next).toMatchObject({ status: '0x1', blockNumber: '0x9' })
  })

  test('states after older blocks travel both ways', async () => {
    const [anvil, lockstep] = [await startAnvil(), await testServer()]
    for (const [from, to] of [
      [anvil, await testServer()],
      [lockstep, await startAnvil()],
    ] as const) {
      const contract = await liveThrough(from)
      await to.call('anvil_loadState', await from.call('anvil_dumpState', true))
      for (const block of ['0x0', '0x1', '0x3', '0x7']) {
        for (const address of [sender, receiver, contract]) {
          const balance = await from.call('eth_getBalance', address, block)
          expect(await to.call('eth_getBalance', address, block)).toBe(balance)
        }
        const call = await from.call('eth_call', { to: contract }, block)
        expect(await to.call('eth_call', { to: contract }, block)).toBe(call)
      }
    }
  })

  test('a state of lockstep is the same chain in another lockstep, down to the state root', async () => {
    const [here, there] = [await testServer(), await testServer()]
    const contract = await liveThrough(here)
    await there.call('anvil_loadState', await here.call('anvil_dumpState'))
    expect(await report(there, contract)).toEqual(await report(here, contract))
    const [ours, theirs] = [await here.node.mine(), await there.node.mine()]
    expect(theirs[0]?.block.header.stateRoot).toEqual(ours[0]?.block.header.stateRoot)
  })

  test('inferences travel, and a node without the file of a model says so', async () => {
    const here = await testServer({ models: [affine.bytes] })
    const input = encodeFunctionData({
      abi: inferenceAbi,
      functionName: 'infer',
      args: [affine.id, [10n ** 18n]],
    })
    const request = { from: sender, to: inferenceAddress, data: input, gas: '0x200000' }
    const { blockNumber } = await here.call<Json>('eth_sendTransactionSync', request)
    const state = await here.call('anvil_dumpState')
    expect(unpacked(state).lockstep).toMatchObject({ models: [affine.id] })

    const equipped = await testServer({ models: [affine.bytes] })
    await equipped.call('anvil_loadState', state)
    const inferences = await here.call('lockstep_getInferences', blockNumber)
    expect(inferences).toHaveLength(1)
    expect(await equipped.call('lockstep_getInferences', blockNumber)).toEqual(inferences)
    expect(await equipped.call('eth_call', request)).toBe(await here.call('eth_call', request))

    const without = await testServer()
    expect(await without.node.loadState(unpacked(state))).toEqual([affine.id])
    expect(await without.failure('eth_call', request)).toMatchObject({
      code: -32000,
      message: expect.stringContaining(affine.id),
    })
    const again = unpacked(await without.call('anvil_dumpState'))
    expect(again.lockstep).toMatchObject({ models: [affine.id] })
  })

  test('accounts are what the state says; others stay; a reset brings the first chain back', async () => {
    const { call, node } = await testServer()
    const genesis = (await node.block(0n))?.hash
    await call('anvil_setStorageAt', stranger, '0x1', key)
    const state = await call('anvil_dumpState')
    await call('anvil_setStorageAt', stranger, '0x1', `0x${'0'.repeat(64)}`)
    await call('anvil_setStorageAt', stranger, '0x2', key)
    await call('anvil_setBalance', receiver, '0x5')
    await call('anvil_setBalance', `0x${'77'.repeat(20)}`, '0x6')
    const sent = await call<Json>('eth_sendTransactionSync', { from: sender, to: stranger })
    await call('anvil_loadState', state)
    expect(await call('eth_getStorageAt', stranger, '0x1')).toBe(key)
    expect(await call('eth_getStorageAt', stranger, '0x2')).toBe(`0x${'0'.repeat(64)}`)
    expect(await call('eth_getBalance', receiver)).toBe('0x21e19e0c9bab2400000')
    expect(await call('eth_getBalance', `0x${'77'.repeat(20)}`)).toBe('0x6')
    expect(await call('eth_getTransactionCount', sender)).toBe('0x0')
    expect(await call('eth_getTransactionReceipt', sent.transactionHash)).toBeNull()
    const anvil = await startAnvil()
    await call('anvil_loadState', await anvil.call('anvil_dumpState'))
    expect((await node.block(0n))?.hash).not.toBe(genesis)
    await call('anvil_reset')
    expect((await node.block(0n))?.hash).toBe(genesis)
    expect(await call('eth_getStorageAt', stranger, '0x1')).toBe(`0x${'0'.repeat(64)}`)
  })

  test('a state without blocks moves the head to where it was', async () => {
    const anvil = await startAnvil()
    await liveThrough(anvil)
    const { blocks: _, transactions: __, ...bare } = unpacked(await anvil.call('anvil_dumpState'))
    const { call, failure } = await testServer()
    await call('anvil_loadState', packed(bare))
    expect(await call('eth_blockNumber')).toBe('0x8')
    expect(await call('eth_getBalance', stranger)).toBe(
      await anvil.call('eth_getBalance', stranger, 'latest'),
    )
    expect(await call('eth_getBlockByNumber', '0x7', false)).toBeNull()
    expect(await failure('eth_getBalance', stranger, '0x7')).toMatchObject({ code: -32602 })
    const next = await call<Json>('eth_sendTransactionSync', { from: sender, to: receiver })
    expect(next).toMatchObject({ status: '0x1', blockNumber: '0x9' })
  })

  test('the state after a block that was loaded without it is refused, with what to do', async () => {
    const [here, there] = [await testServer(), await testServer()]
    await liveThrough(here)
    await there.call('anvil_loadState', await here.call('anvil_dumpState'))
    expect(await there.failure('eth_getBalance', sender, '0x3')).toMatchObject({
      code: -32001,
      message: expect.stringContaining('--preserve-historical-states'),
    })
  })

  test('a fork writes what differs, and takes it up on another fork of the same chain', async () => {
    const anvil = await startAnvil()
    await liveThrough(anvil)
    const fork = { url: anvil.url }
    const [here, there] = [await testServer({ fork }), await testServer({ fork })]
    await here.call('anvil_setBalance', receiver, '0x5')
    await here.call('anvil_setStorageAt', stranger, '0x3', key)
    const sent = await here.call<Json>('eth_sendTransactionSync', { from: sender, to: stranger })
    const state = await here.call('anvil_dumpState')
    expect(Object.keys(unpacked(state).accounts as Json)).toContain(receiver)
    await there.call('anvil_loadState', state)
    expect(await there.call('eth_getBalance', receiver)).toBe('0x5')
    expect(await there.call('eth_getStorageAt', stranger, '0x3')).toBe(key)
    expect(await there.call('eth_getTransactionReceipt', sent.transactionHash)).toEqual(sent)
    const next = await there.call<Json>('eth_sendTransactionSync', { from: sender, to: stranger })
    expect(next).toMatchObject({ status: '0x1', blockNumber: '0xa' })
  })

  test.each([
    ['accounts', (state: Json) => ({ ...state, accounts: 5 })],
    ['accounts["0xzz"]', (state: Json) => ({ ...state, accounts: { '0xzz': {} } })],
    [
      'blocks[1].header.number',
      withBlock((block) => ({ ...block, header: { ...header(block), number: 'x' } })),
    ],
    [
      'blocks[2].header',
      withBlock((block) => ({ ...block, header: { ...header(block), gasUsed: '0x1' } })),
    ],
    ['blocks[1].transactions[0]', withTransactions(() => [])],
    [
      'blocks[1].transactions[0]',
      withBlock((block) => ({ ...block, transactions: [{ transaction: { input: 5, gas: 1 } }] })),
    ],
    [
      'transactions[0].info.transaction_hash',
      withTransactions(([first]) => [
        { ...first, info: { ...(first?.info as Json), transaction_hash: key } },
      ]),
    ],
    [
      'transactions[0].receipt.logs',
      withTransactions(([first]) => [
        { ...first, receipt: { status: '0x1', cumulativeGasUsed: 1 } },
      ]),
    ],
    ['historical_states[0]', (state: Json) => ({ ...state, historical_states: [{}] })],
  ])('refuses a state that is wrong at %s, and keeps the chain', async (place, spoil) => {
    const { call, failure } = await testServer()
    await call('eth_sendTransactionSync', { from: sender, to: receiver, value: '0x1' })
    await call('anvil_mine', '0x1')
    const state = unpacked(await call('anvil_dumpState'))
    await call('anvil_mine', '0x1')
    expect(await failure('anvil_loadState', packed(spoil(state)))).toMatchObject({
      code: -32602,
      message: expect.stringContaining(`In the state, ${place} must be`),
    })
    expect(await call('eth_blockNumber')).toBe('0x3')
  })

  test('refuses what is no state at all', async () => {
    const { failure } = await testServer()
    for (const text of ['', '{', '[]', '5']) {
      const given = bytesToHex(new TextEncoder().encode(text))
      expect(await failure('anvil_loadState', given)).toMatchObject({ code: -32602 })
    }
    const cut = bytesToHex(gzipSync('{"accounts":{}}').subarray(0, 20))
    expect(await failure('anvil_loadState', cut)).toMatchObject({
      code: -32602,
      message: expect.stringContaining('gzip'),
    })
  })
})
