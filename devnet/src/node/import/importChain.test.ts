import { Block, type BlockHeader, createBlockHeader, type HeaderData } from '@ethereumjs/block'
import { createTx } from '@ethereumjs/tx'
import { concatBytes, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import { inferenceAbi } from '@lockstep/precompile'
import { encodeFunctionData, parseEther } from 'viem'
import { beforeAll, describe, expect, test } from 'vitest'
import { createNode } from '../createNode.js'
import type { Hex, Node } from '../node.js'
import { inferenceAddress } from '../registry.js'
import { affine } from '../testing/models.js'
import { deployProbe, probeData } from '../testing/probe.js'
import { account, mined, testNode } from '../testing/testNode.js'

/** A chain of its own kind, and its blocks. */
interface Source {
  readonly genesis: Record<string, unknown>
  readonly blocks: readonly Block[]
  readonly head: Hex
}

let source: Source

beforeAll(async () => {
  const node = await createNode({ genesisTimestamp: 1_700_000_000n, hardfork: 'osaka' })
  try {
    const probe = await deployProbe(node)
    await mined(node, { to: probe, data: probeData('store', 1n) })
    await mined(node, { to: probe, data: probeData('refuse', 1n) })
    source = await sourceOf(node)
  } finally {
    await node.close()
  }
})

async function sourceOf(node: Node): Promise<Source> {
  const blocks: Block[] = []
  for (let number = 1n; number <= node.head.block.header.number; number++) {
    blocks.push((await node.block(number))?.block as Block)
  }
  return { genesis: node.genesisJson(), blocks, head: node.head.hash }
}

const rlp = (blocks: readonly Block[]) => concatBytes(...blocks.map((block) => block.serialize()))

/** The genesis as another client would have written it: without inference. */
function foreign({ genesis }: Source): Record<string, unknown> {
  const { lockstep: _, ...config } = genesis.config as Record<string, unknown>
  return { ...genesis, config }
}

/** The last block under another header. */
function changed(change: (header: BlockHeader) => HeaderData): Block[] {
  const block = source.blocks.at(-1) as Block
  const header = createBlockHeader(
    { ...block.header, ...change(block.header) },
    { common: block.common, skipConsensusFormatValidation: true },
  )
  const { transactions, withdrawals, common } = block
  return [
    ...source.blocks.slice(0, -1),
    new Block(header, [...transactions], [], withdrawals, { common }),
  ]
}

const word = new Uint8Array(32).fill(7)

describe('importChain', () => {
  test('takes the blocks of a genesis.json, and mines on after them', async () => {
    const node = await testNode({ genesis: source.genesis })
    expect(await node.importChain(rlp(source.blocks))).toBe(source.blocks.length)
    expect(node.head.hash).toBe(source.head)
    const { receipt } = await mined(node, { to: `0x${'77'.repeat(20)}`, value: 5n })
    expect(receipt.status).toBe(1)
    expect(node.head.block.header.number).toBe(BigInt(source.blocks.length) + 1n)
  })

  test('keeps receipts, logs and senders as they were', async () => {
    const node = await testNode({ genesis: source.genesis })
    await node.importChain(rlp(source.blocks))
    const first = await node.block(2n)
    expect(first?.transactions[0]).toMatchObject({
      from: account(node, 0).address,
      receipt: { status: 1, logs: [{ logIndex: 0, transactionIndex: 0 }] },
    })
    expect((await node.block(3n))?.transactions[0]?.receipt.status).toBe(0)
  })

  test('passes over blocks that the chain holds', async () => {
    const node = await testNode({ genesis: source.genesis })
    expect(await node.importChain(rlp(source.blocks.slice(0, 2)))).toBe(2)
    expect(await node.importChain(rlp(source.blocks))).toBe(source.blocks.length - 2)
  })

  test('executes inferences again, and compares their root', async () => {
    const origin = await testNode({ models: [affine.bytes] })
    const data = encodeFunctionData({
      abi: inferenceAbi,
      functionName: 'infer',
      args: [affine.id, [parseEther('2')]],
    })
    await mined(origin, { to: inferenceAddress, data, gasLimit: 1_000_000n })
    const { genesis, blocks, head } = await sourceOf(origin)
    const node = await testNode({ genesis, models: [affine.bytes] })
    await node.importChain(rlp(blocks))
    expect(node.head.hash).toBe(head)
    expect(node.head.inferences).toHaveLength(1)
  })

  test('takes transactions that nobody signed, from a chain of its own kind', async () => {
    const origin = await testNode()
    const from = account(origin, 3).address
    const tx = createTx(
      { type: 2, chainId: origin.chainId, maxFeePerGas: 10n ** 10n, gasLimit: 21_000n, to: from },
      { common: origin.common },
    )
    await origin.send(tx, { impersonated: createAddressFromString(from) })
    const { genesis, blocks, head } = await sourceOf(origin)
    const node = await testNode({ genesis })
    await node.importChain(rlp(blocks))
    expect(node.head.hash).toBe(head)
    expect(node.head.transactions[0]?.from).toBe(from)
  })

  const refused: [string, (header: BlockHeader) => HeaderData, RegExp][] = [
    ['state root', () => ({ stateRoot: word }), /state root is 0x07/],
    ['receipts root', () => ({ receiptTrie: word }), /receipts root is 0x07/],
    ['transactions root', () => ({ transactionsTrie: word }), /transactions root, 0x07/],
    ['withdrawals root', () => ({ withdrawalsRoot: word }), /withdrawals root, 0x07/],
    ['requests hash', () => ({ requestsHash: word }), /requests hash is 0x07/],
    ['uncle hash', () => ({ uncleHash: word }), /uncle/],
    ['logs bloom', () => ({ logsBloom: new Uint8Array(256).fill(1) }), /logs bloom is 0x01/],
    [
      'gas used',
      ({ gasUsed }) => ({ gasUsed: gasUsed + 1n }),
      /gasUsed is \d+, and executing it gives \d+/,
    ],
    [
      'base fee',
      ({ baseFeePerGas = 0n }) => ({ baseFeePerGas: baseFeePerGas + 1n }),
      /base fee is/,
    ],
    ['gas limit', ({ gasLimit }) => ({ gasLimit: gasLimit * 2n }), /gas limit is/],
    ['timestamp', () => ({ timestamp: 1_700_000_000n }), /timestamp is 1700000000, not after/],
    ['excess blob gas', () => ({ excessBlobGas: 131_072n }), /excessBlobGas is 131072/],
    ['blob gas used', () => ({ blobGasUsed: 131_072n }), /blobGasUsed/],
    ['difficulty', () => ({ difficulty: 1n }), /difficulty: 1/],
    ['extra data', () => ({ extraData: new Uint8Array(33) }), /extraData/],
    ['parent', () => ({ parentHash: word }), /parent is 0x07.*head of this chain/],
    [
      'number',
      ({ number }) => ({ number: number + 1n }),
      /number is \d+, and the next one here is/,
    ],
  ]

  test.each(refused)('error: another %s', async (_, change, message) => {
    const node = await testNode({ genesis: foreign(source) })
    const before = source.blocks.length - 1
    const failure = await node.importChain(rlp(changed(change))).catch((error) => error)
    expect(failure.name).toBe('ImportError')
    expect(failure.message).toMatch(message)
    expect(failure.imported).toBe(before)
    expect(node.head.hash).toBe((await node.block(BigInt(before)))?.hash)
    // The state of the last good block is whole: the right block still follows.
    expect(await node.importChain(rlp(source.blocks))).toBe(1)
  })

  test('error: a file that ends within a block, or holds something else', async () => {
    const node = await testNode({ genesis: foreign(source) })
    const file = rlp(source.blocks)
    await expect(node.importChain(file.subarray(0, -1))).rejects.toThrow(/file ends at byte \d+/)
    expect(node.head.block.header.number).toBe(BigInt(source.blocks.length) - 1n)
    await expect(node.importChain(hexToBytes('0x00'))).rejects.toThrow('begins no RLP list')
    await expect(node.importChain(hexToBytes('0xc0'))).rejects.toThrow('is not a header')
    await expect(node.importChain(hexToBytes('0xff7fffffffffffffff'))).rejects.toThrow(/more than/)
    await expect(node.importChain(hexToBytes('0xc4c3010203'))).rejects.toThrow('is not a header')
  })

  test('error: blocks on another genesis', async () => {
    const other = await testNode({ hardfork: 'osaka', genesisTimestamp: 1_600_000_000n })
    await other.mine()
    const node = await testNode({ genesis: foreign(source) })
    const { blocks } = await sourceOf(other)
    await expect(node.importChain(rlp(blocks))).rejects.toThrow(/Block 1 is refused: its parent is/)
  })

  test('error: transactions for another chain id', async () => {
    const other = await testNode({ hardfork: 'osaka', chainId: 5 })
    await mined(other, { to: `0x${'77'.repeat(20)}` })
    const node = await testNode({ genesis: foreign(source) })
    const { blocks } = await sourceOf(other)
    await expect(node.importChain(rlp(blocks))).rejects.toThrow(/Block 1 is refused: .*chain ID/i)
  })
})
