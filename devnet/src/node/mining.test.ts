import { bytesToHex } from '@ethereumjs/util'
import { keccak256, parseEther, parseGwei } from 'viem'
import { describe, expect, test } from 'vitest'
import { TimestampError } from './clock.js'
import type { Hex, Node, SealedBlock } from './node.js'
import { UnsupportedSettingError } from './settings.js'
import { deployProbe, probeData } from './testing/probe.js'
import { account, balanceOf, mined, signed, testNode } from './testing/testNode.js'

const genesisTimestamp = 1_700_000_000n

/** A node whose wall clock moves when told. */
async function clockedNode(options: Parameters<typeof testNode>[0] = {}) {
  const wall = { now: genesisTimestamp }
  const node = await testNode({ genesisTimestamp, wallClock: () => wall.now, ...options })
  return { node, wall }
}

const timestamp = (node: Node) => node.head.block.header.timestamp

function nextBlock(node: Node): Promise<SealedBlock> {
  return new Promise((resolve) => {
    const stop = node.on('block', (block) => {
      stop()
      resolve(block)
    })
  })
}

describe('genesis', () => {
  test('is a function of its options', async () => {
    const one = await testNode()
    const other = await testNode()
    expect(one.head.hash).toBe(other.head.hash)
    expect((await testNode({ balance: 1n })).head.hash).not.toBe(one.head.hash)
  })

  test('starts as told', async () => {
    const alloc = { [`0x${'ab'.repeat(20)}` as Hex]: { balance: 5n, code: '0x00' as Hex } }
    const node = await testNode({
      chainId: 7,
      genesisNumber: 100n,
      baseFee: 9n,
      gasLimit: 1_000_000n,
      alloc,
    })
    expect(node.chainId).toBe(7)
    expect(node.head.block.header).toMatchObject({
      number: 100n,
      baseFeePerGas: 9n,
      gasLimit: 1_000_000n,
    })
    expect((await node.block('earliest'))?.hash).toBe(node.head.hash)
    expect(await balanceOf(node, `0x${'ab'.repeat(20)}`)).toBe(5n)
    await node.mine()
    expect(node.head.block.header.number).toBe(101n)
    expect((await node.block(101n))?.hash).toBe(node.head.hash)
  })

  test('holds what contracts and tools expect', async () => {
    const node = await testNode()
    const state = await node.state('latest')
    expect(bytesToHex(await state.code('0x00000000000000000000000000000000000000a1'))).toBe('0xfe')
    expect((await state.account('0x00000000000000000000000000000000000000a1'))?.nonce).toBe(1n)
    const deployer = await state.code('0x4e59b44847b379578588920ca78fbf26c0b4956c')
    expect(keccak256(deployer)).toBe(
      '0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989',
    )

    const salt = '00'.repeat(32)
    const { receipt } = await mined(node, {
      to: '0x4e59b44847b379578588920ca78fbf26c0b4956c',
      data: `0x${salt}600a600c600039600a6000f3602a60005260206000f3`,
    })
    expect(bytesToHex(await (await node.state('latest')).code(receipt.returnData))).toBe(
      '0x602a60005260206000f3',
    )
  })

  test('funds the accounts of the mnemonic', async () => {
    const node = await testNode({
      accounts: { count: 2, derivationPath: "m/44'/60'/1'/0/" },
      balance: 3n,
    })
    expect(node.accounts).toHaveLength(2)
    expect(await balanceOf(node, account(node, 1).address)).toBe(3n)
    const anvil = await testNode()
    expect(account(anvil, 0)).toMatchObject({
      address: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
      privateKey: '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
    })
    expect(account(anvil, 9).address).toBe('0xa0ee7a142d267c1f36714e4a8f75612f20a79720')
  })
})

describe('mining', () => {
  test('lets the base fee follow the gas that blocks use', async () => {
    const node = await testNode({ gasLimit: 2_000_000n })
    const to = await deployProbe(node)
    const before = node.nextBaseFee()
    await mined(node, { to, data: probeData('burn', 20_000n), gasLimit: 2_000_000n })
    expect(node.head.block.header.gasUsed).toBe(2_000_000n)
    const full = before + before / 8n
    expect(node.nextBaseFee()).toBe(full)
    await node.mine({ blocks: 2 })
    expect(node.head.block.header.baseFeePerGas).toBe(full - full / 8n)
  })

  test('mines at an interval, with and without transactions', async () => {
    const node = await testNode({ mining: { type: 'interval', seconds: 0.05 } })
    const first = await nextBlock(node)
    expect(first.transactions).toEqual([])
    const hash = await node.send(await signed(node, { to: account(node, 1).address }))
    expect(await node.transaction(hash)).toHaveProperty('pooled')
    const blocks = [await nextBlock(node), await nextBlock(node)]
    expect(
      blocks.flatMap((block) => block.transactions.map((transaction) => transaction.hash)),
    ).toEqual([hash])
    node.setMining({ type: 'manual' })
    expect(node.mining).toEqual({ type: 'manual' })
  })

  test('tells when mining by the clock fails, and goes on', async () => {
    const node = await testNode({ mining: { type: 'interval', seconds: 0.02 } })
    const stop = node.on('block', () => {
      throw new Error('a listener that fails')
    })
    const failure = await new Promise<Error>((resolve) => node.on('failure', resolve))
    stop()
    expect(failure.message).toBe('a listener that fails')
    await nextBlock(node)
  })

  test('mines at once and at an interval when mixed', async () => {
    const node = await testNode({ mining: { type: 'mixed', seconds: 0.05 } })
    const hash = await node.send(await signed(node, { to: account(node, 1).address }))
    expect(await node.transaction(hash)).toHaveProperty('mined')
    expect((await nextBlock(node)).transactions).toEqual([])
  })

  test('mines what waits when mining at once is switched on', async () => {
    const node = await testNode({ mining: { type: 'manual' } })
    const hash = await node.send(await signed(node, { to: account(node, 1).address }))
    const block = nextBlock(node)
    node.setMining({ type: 'auto' })
    expect((await block).transactions[0]?.hash).toBe(hash)
  })

  test('mines many blocks at even intervals', async () => {
    const { node } = await clockedNode()
    const blocks = await node.mine({ blocks: 300, intervalSeconds: 10 })
    const times = blocks.map((block) => block.block.header.timestamp)
    expect(times).toEqual(
      Array.from({ length: 300 }, (_, i) => genesisTimestamp + 10n * BigInt(i + 1)),
    )
    expect(node.head.block.header.number).toBe(300n)
    await node.mine()
    expect(timestamp(node)).toBe(genesisTimestamp + 3001n)
  })

  test('answers while it mines', async () => {
    const node = await testNode()
    const mining = node.mine({ blocks: 50 })
    await node.call({}, 'latest')
    expect(node.head.block.header.number).toBeLessThan(50n)
    await mining
  })

  test('uses the settings of the next block once, and the others on', async () => {
    const node = await testNode()
    const coinbase: Hex = `0x${'c0'.repeat(20)}`
    const prevRandao: Hex = `0x${'0d'.repeat(32)}`
    node.setCoinbase(coinbase)
    node.setBlockGasLimit(12_000_000n)
    node.setNextBlockBaseFeePerGas(77n)
    node.setNextBlockPrevRandao(prevRandao)
    expect(node.nextBaseFee()).toBe(77n)
    await node.mine()
    const { header } = node.head.block
    expect(header).toMatchObject({ gasLimit: 12_000_000n, baseFeePerGas: 77n })
    expect(header.coinbase.toString()).toBe(coinbase)
    expect(bytesToHex(header.mixHash)).toBe(prevRandao)
    await node.mine()
    const next = node.head.block.header
    expect(next.gasLimit).toBe(12_000_000n)
    expect(next.baseFeePerGas).toBe(header.calcNextBaseFee())
    expect(bytesToHex(next.mixHash)).not.toBe(prevRandao)
    expect(() => node.setMinGasPrice(1n)).toThrow(UnsupportedSettingError)
  })
})

describe('the clock', () => {
  test('gives blocks timestamps that only rise', async () => {
    const { node, wall } = await clockedNode()
    await node.mine()
    expect(timestamp(node)).toBe(genesisTimestamp + 1n)
    await node.mine()
    expect(timestamp(node)).toBe(genesisTimestamp + 2n)
    wall.now += 60n
    await node.mine()
    expect(timestamp(node)).toBe(genesisTimestamp + 60n)
    wall.now -= 50n
    await node.mine()
    expect(timestamp(node)).toBe(genesisTimestamp + 61n)
  })

  test('skips ahead and adds up what it skipped', async () => {
    const { node } = await clockedNode()
    expect(node.increaseTime(100n)).toBe(100n)
    expect(node.increaseTime(50n)).toBe(150n)
    await node.mine()
    expect(timestamp(node)).toBe(genesisTimestamp + 150n)
  })

  test('goes on from a timestamp that was asked for', async () => {
    const { node, wall } = await clockedNode()
    const pending = () => node.block('pending').then((block) => block?.block.header.timestamp)
    node.setNextBlockTimestamp(genesisTimestamp + 1_000n)
    expect(await pending()).toBe(genesisTimestamp + 1_000n)
    await node.mine()
    expect(timestamp(node)).toBe(genesisTimestamp + 1_000n)
    wall.now += 5n
    expect(await pending()).toBe(genesisTimestamp + 1_005n)
    expect(() => node.setNextBlockTimestamp(timestamp(node))).toThrow(TimestampError)
  })

  test('can be set, and says how far it went', async () => {
    const { node } = await clockedNode()
    expect(node.setTime(genesisTimestamp + 500n)).toBe(500n)
    await node.mine()
    expect(timestamp(node)).toBe(genesisTimestamp + 500n)
    expect(node.setTime(genesisTimestamp)).toBe(0n)
    await node.mine()
    expect(timestamp(node)).toBe(genesisTimestamp + 501n)
  })

  test('can step by a fixed number of seconds', async () => {
    const { node } = await clockedNode()
    node.setBlockTimestampInterval(7n)
    await node.mine({ blocks: 2 })
    expect(timestamp(node)).toBe(genesisTimestamp + 14n)
    node.setBlockTimestampInterval(undefined)
    await node.mine()
    expect(timestamp(node)).toBe(genesisTimestamp + 15n)
  })
})

describe('control', () => {
  const stranger: Hex = `0x${'5a'.repeat(20)}`

  test('changes the head without a block, and the next block builds on it', async () => {
    const node = await testNode()
    const to = await deployProbe(node, 1n)
    const { hash } = node.head
    await node.setBalance(stranger, parseEther('3'))
    await node.setNonce(stranger, 12n)
    await node.setCode(stranger, '0x602a60005260206000f3')
    await node.setStorageAt(to, '0x0', '0x2b')

    expect(node.head.hash).toBe(hash)
    const state = await node.state('latest')
    expect(await state.account(stranger)).toMatchObject({ balance: parseEther('3'), nonce: 12n })
    expect((await node.call({ to: stranger }, 'latest')).returnData).toBe(
      `0x${'2a'.padStart(64, '0')}`,
    )
    expect(await state.storage(to, '0x00')).toBe(`0x${'2b'.padStart(64, '0')}`)

    await mined(node, { to: stranger, value: 1n })
    expect(await balanceOf(node, stranger)).toBe(parseEther('3') + 1n)
    expect(await (await node.state('latest')).storage(to, '0x0')).toBe(
      `0x${'2b'.padStart(64, '0')}`,
    )
    expect((await (await node.state('earliest')).account(stranger))?.balance).toBeUndefined()
  })

  test('lets a snapshot be returned to once', async () => {
    const node = await testNode()
    const to = await deployProbe(node, 1n)
    await node.setBalance(stranger, 9n)
    const snapshot = node.snapshot()
    const inner = node.snapshot()
    const height = node.head.block.header.number
    const time = timestamp(node)
    const removed: SealedBlock[] = []
    node.on('removed', (blocks) => removed.push(...blocks))

    node.setBlockGasLimit(5_000_000n)
    const { hash } = await mined(node, { to, data: probeData('store', 2n) })
    await node.setBalance(stranger, 10n)
    await node.mine({ blocks: 2, intervalSeconds: 1_000 })
    const gone = node.head.hash

    expect(await node.revert(snapshot)).toBe(true)
    expect(node.head.block.header.number).toBe(height)
    expect(await balanceOf(node, stranger)).toBe(9n)
    expect(await (await node.state('latest')).storage(to, '0x0')).toBe(`0x${'1'.padStart(64, '0')}`)
    expect(node.gasLimit).toBe(30_000_000n)
    expect(removed.map((block) => block.block.header.number)).toEqual([
      height + 3n,
      height + 2n,
      height + 1n,
    ])
    expect(await node.transaction(hash)).toBeUndefined()
    expect(await node.block({ hash: gone })).toBeUndefined()
    expect(await node.revert(snapshot)).toBe(false)
    expect(await node.revert(inner)).toBe(false)

    await mined(node, { to, data: probeData('store', 3n) })
    expect(timestamp(node) - time).toBeLessThan(60n)
  })

  test('keeps the pool across a revert', async () => {
    const node = await testNode({ mining: { type: 'manual' } })
    const snapshot = node.snapshot()
    const first = await node.send(await signed(node, { to: stranger, nonce: 0 }))
    await node.mine()
    const second = await node.send(await signed(node, { to: stranger, nonce: 1 }))
    await node.revert(snapshot)
    expect(await node.transaction(first)).toBeUndefined()
    expect(node.pool().queued.map(({ hash }) => hash)).toEqual([second])
    await node.send(await signed(node, { to: stranger, nonce: 0, value: 1n }))
    expect(node.pool().pending).toHaveLength(2)
  })

  test('starts over', async () => {
    const node = await testNode()
    const genesis = node.head.hash
    await deployProbe(node)
    await node.setBalance(stranger, 1n)
    const snapshot = node.snapshot()
    node.increaseTime(10_000n)
    await node.reset()
    expect(node.head.hash).toBe(genesis)
    expect(await balanceOf(node, stranger)).toBe(0n)
    expect(await node.revert(snapshot)).toBe(false)
    expect(node.nextBaseFee()).toBe(parseGwei('0.875'))
    await mined(node, { to: stranger })
    expect(timestamp(node)).toBeLessThan(genesisTimestamp + 60n)
  })

  test('changes the chain in the order of the calls', async () => {
    const node = await testNode()
    const changes = [
      node.mine({ blocks: 3 }),
      node.setBalance(stranger, 5n),
      node.mine(),
      node.setBalance(stranger, 6n),
    ]
    await Promise.all(changes)
    expect((await (await node.state(3n)).account(stranger))?.balance).toBe(5n)
    expect(await balanceOf(node, stranger)).toBe(6n)
  })
})
