import { createTx, type TypedTxData } from '@ethereumjs/tx'
import { bytesToHex, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import { concatHex, parseEther, parseGwei } from 'viem'
import { describe, expect, test } from 'vitest'
import { hardforks } from './common.js'
import type { Hex, Node } from './node.js'
import { consolidationRequests, withdrawalRequests } from './systemContracts.js'
import { deployProbe, probeData } from './testing/probe.js'
import { replay } from './testing/replay.js'
import { account, mined, signed, testNode } from './testing/testNode.js'

/** Blocks of every kind: empty and full ones, failures, creations, logs, every type of transaction. */
async function liveThrough(node: Node): Promise<Hex> {
  const [first, second, third] = [0, 1, 2].map((index) => account(node, index))
  if (!first || !second || !third) throw new Error('three accounts are needed')
  const probe = await deployProbe(node, 3n)
  await mined(node, { to: second.address, value: parseEther('1') })
  await mined(node, { to: `0x${'77'.repeat(20)}`, value: 1n }, second)
  await mined(node, { to: probe, data: probeData('store', 1n) })
  await mined(node, { to: probe, data: probeData('refuse', 1n) })
  await mined(node, { to: probe, data: probeData('recordGas'), gasLimit: 100_000n })
  await mined(node, { to: probe, data: probeData('create') })
  await mined(node, { to: probe, data: probeData('hashOf', 2n) })
  await mined(node, { to: probe, data: probeData('store', 0n) })
  await mined(node, { to: probe, data: probeData('burn', 100_000n), gasLimit: 200_000n })
  await node.mine({ blocks: 5, intervalSeconds: 12 })

  node.setMining({ type: 'manual' })
  for (const sender of [first, second, third]) {
    for (let index = 0; index < 5; index++) {
      const maxPriorityFeePerGas = parseGwei(String(1 + index / 10))
      await node.send(
        await signed(
          node,
          { to: probe, data: probeData('store', index), maxPriorityFeePerGas },
          sender,
        ),
      )
    }
  }
  const legacy = createTx(
    {
      type: 1,
      chainId: node.chainId,
      nonce: 0,
      gasLimit: 60_000n,
      gasPrice: parseGwei('9'),
      to: probe,
      accessList: [{ address: probe, storageKeys: [`0x${'00'.repeat(32)}`] }],
    } as TypedTxData,
    { common: node.common },
  )
  await node.send(legacy.sign(hexToBytes(account(node, 3).privateKey)))
  await node.mine()
  node.setMining({ type: 'auto' })
  return probe
}

describe('a sealed chain', () => {
  test.each(hardforks)(
    'executes again to the same headers under the rules of %s',
    async (hardfork) => {
      const node = await testNode({ hardfork })
      await liveThrough(node)
      const blocks = await replay(node)
      expect(blocks.map((block) => bytesToHex(block.hash())).at(-1)).toBe(node.head.hash)
      expect(blocks.flatMap((block) => block.transactions)).toHaveLength(26)
    },
  )

  test('gives the coinbase the tips and nothing else', async () => {
    const coinbase: Hex = `0x${'cc'.repeat(20)}`
    const node = await testNode({ hardfork: 'london', coinbase })
    const { receipt } = await mined(node, { to: account(node, 1).address })
    await node.mine({ blocks: 3 })
    const balance = (await (await node.state('latest')).account(coinbase))?.balance
    expect(balance).toBe(receipt.gasUsed * parseGwei('1'))
  })

  test('executes requests to the consensus layer again', async () => {
    const node = await testNode()
    const key = 'ab'.repeat(48)
    const withdrawal: Hex = `0x${key}${'01'.padStart(16, '0')}`
    await mined(node, { to: withdrawalRequests.address, data: withdrawal, value: 1n })
    const requesting = node.head
    await mined(node, { to: consolidationRequests.address, data: `0x${key}${key}`, value: 1n })
    await node.mine({ blocks: 3 })

    const hashes = (await replay(node)).map((block) =>
      bytesToHex(block.header.requestsHash as Uint8Array),
    )
    const empty = bytesToHex(node.head.block.header.requestsHash as Uint8Array)
    expect(requesting.transactions[0]?.receipt.status).toBe(1)
    expect(hashes.map((hash) => hash === empty)).toEqual([false, false, true, true, true])
  })

  test('executes an authorization again, and forgets what its nonce made impossible', async () => {
    const node = await testNode()
    const probe = await deployProbe(node, 5n)
    const authority = account(node, 4)
    const { chainId, nonce, r, s, yParity } = await authority.account.signAuthorization({
      chainId: node.chainId,
      contractAddress: probe,
      nonce: 0,
    })
    node.setMining({ type: 'manual' })
    await node.send(await signed(node, { to: account(node, 1).address }, authority))
    const authorizationList = [
      {
        address: probe,
        chainId: `0x${chainId.toString(16)}`,
        nonce: nonce === 0 ? '0x' : `0x${nonce.toString(16)}`,
        r,
        s,
        yParity: yParity ? '0x1' : '0x',
      },
    ]
    await node.send(
      await signed(node, {
        type: 4,
        to: authority.address,
        data: probeData('store', 8n),
        authorizationList,
        maxPriorityFeePerGas: parseGwei('5'),
      } as never),
    )
    await node.mine()

    expect(node.head.transactions).toHaveLength(1)
    expect(node.pool()).toEqual({ pending: [], queued: [] })
    const state = await node.state('latest')
    expect(bytesToHex(await state.code(authority.address))).toBe(concatHex(['0xef0100', probe]))
    expect(await state.storage(authority.address, '0x0')).toBe(`0x${'08'.padStart(64, '0')}`)
    expect(await replay(node)).toHaveLength(2)
    expect(createAddressFromString(authority.address).toString()).toBe(authority.address)
  })
})
