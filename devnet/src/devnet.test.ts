import { inferenceAbi } from '@lockstep/precompile'
import { createPublicClient, createTestClient, createWalletClient, http, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createDevnet, type DevnetOptions } from './devnet.js'
import { inferenceAddress } from './node/registry.js'
import { affine } from './node/testing/models.js'
import { account } from './node/testing/testNode.js'

async function testDevnet(options: DevnetOptions = {}) {
  const devnet = await createDevnet({ port: 0, ...options })
  onTestFinished(() => devnet.close())
  const transport = http(devnet.url)
  const signer = privateKeyToAccount(account(devnet.node, 0).privateKey)
  return {
    devnet,
    reader: createPublicClient({ chain: foundry, transport, cacheTime: 0 }),
    wallet: createWalletClient({ chain: foundry, transport, account: signer }),
    tester: createTestClient({ chain: foundry, transport, mode: 'anvil' }),
  }
}

describe('createDevnet', () => {
  test('serves viem: sends, receipts, calls of models, snapshots', async () => {
    const { reader, wallet, tester } = await testDevnet({ models: [affine.bytes] })
    const id = await tester.snapshot()
    const to = `0x${'77'.repeat(20)}` as const
    const hash = await wallet.sendTransaction({ to, value: parseEther('1') })
    expect(await reader.waitForTransactionReceipt({ hash })).toMatchObject({ status: 'success' })
    expect(await reader.getBalance({ address: to })).toBe(parseEther('1'))

    const y = await reader.readContract({
      address: inferenceAddress,
      abi: inferenceAbi,
      functionName: 'infer',
      args: [affine.id, [parseEther('3')]],
    })
    expect(y).toEqual([parseEther('7')])
    await tester.revert({ id })
    expect(await reader.getBlockNumber()).toBe(0n)
  })

  test('frees its port when it closes', async () => {
    const first = await createDevnet({ port: 0 })
    await first.close()
    const second = await createDevnet({ port: first.port })
    expect(second.port).toBe(first.port)
    await second.close()
  })

  test('error: a port that is taken', async () => {
    const { devnet } = await testDevnet()
    await expect(createDevnet({ port: devnet.port })).rejects.toThrow(`Port ${devnet.port}`)
  })
})
