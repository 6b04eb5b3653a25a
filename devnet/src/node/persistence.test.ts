import { bytesToHex, createAddressFromString } from '@ethereumjs/util'
import { inferenceAbi } from '@lockstep/precompile'
import { encodeFunctionData, parseAbi, parseEther } from 'viem'
import { describe, expect, onTestFinished, test } from 'vitest'
import { formatBlock } from '../rpc/format/block.js'
import { formatReceipt } from '../rpc/format/receipt.js'
import { createNode } from './createNode.js'
import type { Hex, Node } from './node.js'
import type { NodeOptions } from './options.js'
import { inferenceAddress, registryAddress } from './registry.js'
import { temporaryFolder } from './testing/folder.js'
import { affine, reciprocal } from './testing/models.js'
import { deployProbe, probeData } from './testing/probe.js'
import { replay } from './testing/replay.js'
import { account, balanceOf, mined, signed, testNode } from './testing/testNode.js'

const stranger: Hex = `0x${'5a'.repeat(20)}`
const one = parseEther('1')
const blobHash: Hex = `0x01${'00'.repeat(31)}`

function infer(model: Hex, x: readonly bigint[]): Hex {
  return encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args: [model, x] })
}

/** Blocks with transactions of every kind, and changes without one. */
async function liveThrough(node: Node): Promise<void> {
  const probe = await deployProbe(node, 3n)
  await mined(node, { to: account(node, 1).address, value: one })
  await mined(node, { to: probe, data: probeData('store', 1n) })
  await mined(node, { to: probe, data: probeData('refuse', 1n) })
  await mined(node, { to: probe, data: probeData('recordGas'), gasLimit: 100_000n })
  const legacy = { type: 0, to: probe, gasPrice: 10_000_000_000n, gasLimit: 50_000n }
  await mined(node, legacy as never)
  const blobs = { type: 3, to: probe, maxFeePerBlobGas: 9n, blobVersionedHashes: [blobHash] }
  await mined(node, { ...blobs, gasLimit: 50_000n } as never)
  await mined(node, { to: inferenceAddress, data: infer(affine.id, [one, -one]) })
  await mined(node, { to: inferenceAddress, data: infer(reciprocal.id, [0n]), gasLimit: 500_000n })
  await node.setBalance(stranger, one)
  await node.send((await signed(node, { to: probe, nonce: 0n, gasLimit: 50_000n })) as never, {
    impersonated: createAddressFromString(stranger),
  })
  await node.mine({ blocks: 3, intervalSeconds: 100 })
  await node.setStorageAt(probe, '0x7', '0x99')
}

/** Everything that clients see of the chain. */
async function report(node: Node) {
  const blocks = []
  for (let number = 0n; number <= node.head.block.header.number; number++) {
    const sealed = await node.block(number)
    if (!sealed) throw new Error(`Block ${number} is missing.`)
    blocks.push({
      byHash: (await node.block({ hash: sealed.hash }))?.hash,
      block: formatBlock(sealed, true),
      receipts: sealed.transactions.map((mined) => formatReceipt(mined, sealed)),
      returned: sealed.transactions.map(({ receipt }) => receipt.returnData),
      inferences: sealed.inferences,
      senders: sealed.block.transactions.map((tx) => tx.getSenderAddress().toString()),
      rlp: bytesToHex(sealed.block.serialize()),
    })
  }
  return blocks
}

async function stored(folder: string, options: NodeOptions = {}): Promise<Node> {
  return createNode({
    genesisTimestamp: 1_700_000_000n,
    models: [affine.bytes, reciprocal.bytes],
    dataDir: folder,
    ...options,
  })
}

describe('a data folder', () => {
  test('holds the chain for the next start: blocks, receipts, inferences, states, time', async () => {
    const folder = await temporaryFolder()
    const before = await stored(folder)
    await liveThrough(before)
    const expected = await report(before)
    const old = await (await before.state(2n)).account(account(before, 0).address)
    await before.close()

    const node = await stored(folder)
    onTestFinished(() => node.close())
    expect(await report(node)).toEqual(expected)
    expect((await (await node.state(2n)).account(account(node, 0).address))?.nonce).toBe(old?.nonce)
    expect(await balanceOf(node, account(node, 1).address)).toBe(parseEther('10001'))

    const { timestamp } = node.head.block.header
    await mined(node, { to: inferenceAddress, data: infer(affine.id, [one]) })
    expect(node.head.inferences).toHaveLength(1)
    expect(node.head.block.header.timestamp - timestamp).toBeLessThan(100n)
    expect(await node.transaction(node.head.transactions[0]?.hash as Hex)).toMatchObject({
      mined: { index: 0 },
    })
  })

  test('replays from its genesis and blocks after a start', async () => {
    const folder = await temporaryFolder()
    const before = await stored(folder)
    await mined(before, { to: inferenceAddress, data: infer(affine.id, [one]) })
    await before.close()
    const node = await stored(folder)
    onTestFinished(() => node.close())
    await mined(node, { to: stranger, value: 1n })
    expect(await replay(node)).toHaveLength(2)
  })

  test('keeps what changed the chain without a block: state, a revert, a reset, the next block', async () => {
    const folder = await temporaryFolder()
    const first = await stored(folder)
    await first.setBalance(stranger, 7n)
    const snapshot = first.snapshot()
    await mined(first, { to: stranger, value: 5n })
    const gone = first.head
    await first.revert(snapshot)
    first.setCoinbase(stranger)
    first.setBlockGasLimit(12_345_678n)
    await first.mine()
    await first.close()

    const second = await stored(folder)
    expect(second.head.block.header.number).toBe(1n)
    expect(await second.block({ hash: gone.hash })).toBeUndefined()
    expect(await second.transaction(gone.transactions[0]?.hash as Hex)).toBeUndefined()
    expect(await balanceOf(second, stranger)).toBe(7n)
    await second.mine()
    expect(second.head.block.header).toMatchObject({ gasLimit: 12_345_678n })
    expect(second.head.block.header.coinbase.toString()).toBe(stranger)
    await second.reset()
    await second.close()

    const third = await stored(folder)
    onTestFinished(() => third.close())
    expect(third.head.block.header.number).toBe(0n)
    expect(await balanceOf(third, stranger)).toBe(0n)
  })

  test('keeps a chain that was loaded into it, until it is reset', async () => {
    const other = await testNode({ genesisTimestamp: 1_600_000_000n })
    await liveThrough(other)
    const folder = await temporaryFolder()
    const first = await stored(folder)
    const own = first.head.hash
    await mined(first, { to: stranger, value: 5n })
    await first.loadState(JSON.parse(JSON.stringify(await other.dumpState())))
    await first.close()

    const second = await stored(folder)
    expect(await report(second)).toEqual(await report(other))
    expect(await balanceOf(second, stranger)).toBe(await balanceOf(other, stranger))
    await mined(second, { to: stranger, value: 5n })
    await second.close()

    const third = await stored(folder)
    expect(third.head.block.header.number).toBe(other.head.block.header.number + 1n)
    await third.reset()
    await mined(third, { to: stranger, value: 5n })
    await third.close()

    const fourth = await stored(folder)
    onTestFinished(() => fourth.close())
    expect((await fourth.block(0n))?.hash).toBe(own)
    expect(fourth.head.block.header.number).toBe(1n)
    expect(await balanceOf(fourth, stranger)).toBe(5n)
  })

  test('goes on from the time at which its chain started when none is given', async () => {
    const folder = await temporaryFolder()
    const before = await createNode({ dataDir: folder, wallClock: () => 1_000n })
    const { hash } = before.head
    await before.close()
    const node = await createNode({ dataDir: folder, wallClock: () => 5_000n })
    onTestFinished(() => node.close())
    expect(node.head.hash).toBe(hash)
    await node.mine()
    expect(node.head.block.header.timestamp).toBe(5_000n)
  })

  test('keeps registered models, and no others', async () => {
    const folder = await temporaryFolder()
    const before = await createNode({ dataDir: folder })
    await before.models.put(affine.bytes)
    await before.models.put(reciprocal.bytes)
    const data = encodeFunctionData({
      abi: parseAbi(['function register(bytes32 model)']),
      args: [affine.id],
    })
    const { receipt } = await mined(before, { to: registryAddress, data, gasLimit: 5_000_000n })
    expect(receipt.status).toBe(1)
    await before.close()

    const node = await createNode({ dataDir: folder })
    onTestFinished(() => node.close())
    expect((await node.models.list()).map(({ id }) => id)).toEqual([affine.id])
    await mined(node, { to: inferenceAddress, data: infer(affine.id, [one]) })
    expect(node.head.transactions[0]?.receipt.status).toBe(1)
  })
})

describe('a data folder is refused', () => {
  test('error: while another node has it', async () => {
    const folder = await temporaryFolder()
    const node = await stored(folder)
    await expect(stored(folder)).rejects.toMatchObject({
      name: 'DataDirInUseError',
      pid: process.pid,
    })
    await node.close()
    await (await stored(folder)).close()
  })

  test.each<[string, NodeOptions, string]>([
    ['chain id', { chainId: 5 }, 'config.chainId is 31337 there and 5 here'],
    ['hardfork', { hardfork: 'cancun' }, 'config.pragueTime is 0 there and absent here'],
    ['time of genesis', { genesisTimestamp: 1n }, 'timestamp is "0x6553f100" there and "0x1" here'],
    ['first accounts', { accounts: { count: 11 } }, ' is absent there and {"balance"'],
  ])('error: with another %s', async (_, options, message) => {
    const folder = await temporaryFolder()
    await (await testNode({ dataDir: folder })).close()
    const start = createNode({ genesisTimestamp: 1_700_000_000n, dataDir: folder, ...options })
    await expect(start).rejects.toThrow(message)
    await expect(start).rejects.toMatchObject({ name: 'DataDirMismatchError' })
    // The refusal lets go of the folder.
    await (await createNode({ genesisTimestamp: 1_700_000_000n, dataDir: folder })).close()
  })
})
