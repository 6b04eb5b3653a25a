import { type Block, createBlockFromRLP, createBlockHeaderFromRLP } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { createEVM } from '@ethereumjs/evm'
import { createMPT } from '@ethereumjs/mpt'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import {
  bytesToHex,
  bytesToUnprefixedHex,
  createAddressFromString,
  hexToBytes,
  MapDB,
} from '@ethereumjs/util'
import { createVM, runBlock } from '@ethereumjs/vm'
import { inferenceAbi, keccak } from '@lockstep/precompile'
import { encodeFunctionData, parseEther } from 'viem'
import { describe, expect, test } from 'vitest'
import { testServer } from '../../rpc/testing/testServer.js'
import { createCommon, toHardfork } from '../common.js'
import { InferenceRecorder } from '../inference.js'
import type { Hex, Node, SealedBlock } from '../node.js'
import { inferenceAddress } from '../registry.js'
import { affine } from '../testing/models.js'
import { deployProbe, probeData } from '../testing/probe.js'
import { account, mined } from '../testing/testNode.js'
import type { ExecutionWitness } from './witness.js'

/** Executes a block with EthereumJS on nothing but its witness; `runBlock` compares every field of the header. */
async function executeAlone(
  node: Node,
  sealed: SealedBlock,
  witness: ExecutionWitness,
): Promise<void> {
  const { number } = sealed.block.header
  const common = createCommon({
    chainId: node.chainId,
    hardfork: toHardfork(node.common.hardfork()),
  })
  const db = new MapDB<string, Uint8Array>()
  for (const row of witness.state) put(db, '', hexToBytes(row))
  for (const row of witness.codes) put(db, '63', hexToBytes(row))
  const headers = witness.headers.map((header) =>
    createBlockHeaderFromRLP(hexToBytes(header), { common }),
  )
  const hashes = new Map(headers.map((header) => [header.number, header.hash()]))
  const parent = headers.find((header) => header.number === number - 1n)
  const trie = await createMPT({ db: db as never, useKeyHashing: true, common })
  trie.root(parent?.stateRoot)
  const stateManager = new MerkleStateManager({ trie, common })
  const getBlock = async (height: number) => ({ hash: () => hashes.get(BigInt(height)) })
  const blockchain = { getBlock, putBlock: async () => {}, shallowCopy: () => blockchain }
  const recorder = new InferenceRecorder(new AbortController().signal)
  const evm = await createEVM({
    common,
    stateManager,
    blockchain: blockchain as never,
    customPrecompiles: [
      {
        address: createAddressFromString(inferenceAddress),
        function: recorder.precompile(node.precompile),
      },
    ],
  })
  const vm = await createVM({ common, stateManager, evm, blockchain: blockchain as never })
  const block: Block = createBlockFromRLP(sealed.block.serialize(), { common: common as Common })
  await runBlock(vm, {
    block,
    root: parent?.stateRoot as Uint8Array,
    skipBlockValidation: true,
  })
}

function put(db: MapDB<string, Uint8Array>, prefix: string, row: Uint8Array): void {
  void db.put(`${prefix}${bytesToUnprefixedHex(keccak(row))}`, row)
}

const infer = encodeFunctionData({
  abi: inferenceAbi,
  functionName: 'infer',
  args: [affine.id, [parseEther('1'), parseEther('2')]],
})

describe('the witness of a block', () => {
  test('is all that executing it needs, whatever the block does', async () => {
    const { node, call } = await testServer({ models: [affine.bytes] })
    const probe = await deployProbe(node, 3n)
    const steps: (() => Promise<unknown>)[] = [
      () => mined(node, { to: `0x${'77'.repeat(20)}`, value: 1n }, account(node, 1)),
      () => mined(node, { to: probe, data: probeData('store', 0n) }),
      () => mined(node, { to: probe, data: probeData('store', 9n) }),
      () => mined(node, { to: probe, data: probeData('refuse', 1n) }),
      () => mined(node, { to: probe, data: probeData('create') }),
      () => mined(node, { to: probe, data: probeData('hashOf', 1n), gasLimit: 100_000n }),
      () => mined(node, { to: inferenceAddress, data: infer }),
      () => node.mine(),
    ]
    for (const step of steps) {
      await step()
      const { head } = node
      const witness = await call<ExecutionWitness>('debug_executionWitness', 'latest')
      await executeAlone(node, head, witness)
    }
    expect(await call<ExecutionWitness>('debug_executionWitness', '0x7')).toMatchObject({
      keys: expect.arrayContaining([probe]),
      headers: { length: 6 },
    })
  })

  test('is not all that executing it needs once a node is taken out', async () => {
    const { node, call } = await testServer()
    const probe = await deployProbe(node, 3n)
    await mined(node, { to: probe, data: probeData('store', 0n) })
    const witness = await call<ExecutionWitness>('debug_executionWitness', 'latest')
    await executeAlone(node, node.head, witness)
    for (const row of witness.state.slice(0, 5)) {
      const less = { ...witness, state: witness.state.filter((other) => other !== row) }
      await expect(executeAlone(node, node.head, less)).rejects.toThrow()
    }
  })

  test('names the accounts and slots that were looked up, and begins with the root', async () => {
    const { node, call } = await testServer()
    const probe = await deployProbe(node, 3n)
    const before = node.head.block.header.stateRoot
    await mined(node, { to: probe, data: probeData('store', 1n) })
    const { keys, state } = await call<ExecutionWitness>('debug_executionWitness', 'latest')
    const slot: Hex = `0x${'00'.repeat(32)}`
    expect(keys).toEqual(expect.arrayContaining([probe, account(node, 0).address, slot]))
    expect(new Set(keys).size).toBe(keys.length)
    expect(bytesToHex(keccak(hexToBytes(state[0] as Hex)))).toBe(bytesToHex(before))
  })

  test('error: of the first block, which nothing executed, and of one that is not there', async () => {
    const { failure } = await testServer()
    expect(await failure('debug_executionWitness', 'earliest')).toMatchObject({ code: -32001 })
    expect(await failure('debug_executionWitness', '0x5')).toMatchObject({ code: -32602 })
  })
})
