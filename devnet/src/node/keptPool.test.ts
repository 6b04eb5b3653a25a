import {
  blobsToCommitments,
  blobsToProofs,
  type Hex,
  parseGwei,
  stringToHex,
  toBlobSidecars,
  toBlobs,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { viemKzg as kzg } from '../rpc/testing/kzg.js'
import { rpcClient } from '../rpc/testing/testServer.js'
import { defaultMnemonic } from './accounts.js'
import { createNode } from './createNode.js'
import { temporaryFolder } from './testing/folder.js'
import { startLockstep, stop } from './testing/lockstepProcess.js'
import { account, mined, signed } from './testing/testNode.js'

const to: Hex = `0x${'77'.repeat(20)}`
const stranger: Hex = `0x${'5a'.repeat(20)}`
const genesisTimestamp = 1_700_000_000n

interface Content {
  readonly pending: Record<Hex, Record<string, { hash: Hex }>>
  readonly queued: Record<Hex, Record<string, { hash: Hex }>>
}

/** A command on a folder; what ends it is SIGKILL. */
async function start(folder: string, ...flags: string[]) {
  const flagsOf = ['--data-dir', folder, '--timestamp', String(genesisTimestamp), ...flags]
  const running = await startLockstep(flagsOf)
  const client = rpcClient(running.url)
  return {
    ...client,
    content: () => client.call<Content>('txpool_content'),
    kill: () => stop(running, 'SIGKILL'),
  }
}

async function blobTransaction(): Promise<{ raw: Hex; blobs: readonly Hex[] }> {
  const carol = mnemonicToAccount(defaultMnemonic, { addressIndex: 2 })
  const blobs = toBlobs({ data: stringToHex('waits'), to: 'hex' })
  const commitments = blobsToCommitments({ blobs, kzg, to: 'hex' })
  const proofs = blobsToProofs({ blobs, commitments, kzg, to: 'hex' })
  const raw = await carol.signTransaction({
    type: 'eip4844',
    chainId: 31_337,
    nonce: 0,
    to,
    gas: 21_000n,
    maxFeePerGas: parseGwei('10'),
    maxFeePerBlobGas: parseGwei('1'),
    sidecars: toBlobSidecars({ blobs, commitments, proofs }),
    blobs,
    kzg,
  })
  return { raw, blobs }
}

describe('transactions that wait when the process is killed', () => {
  test('wait still when it starts again, and go into blocks', async () => {
    const folder = await temporaryFolder()
    const first = await start(folder, '--no-mining')
    const [alice, bob] = await first.call<Hex[]>('eth_accounts')
    const send = (fields: object) => first.call('eth_sendTransaction', { to, ...fields })
    const sent = [await send({ from: alice }), await send({ from: alice })]
    const queued = await send({ from: bob, nonce: '0x3' })
    const dropped = await send({ from: bob, nonce: '0x4' })
    await first.call('anvil_dropTransaction', dropped)
    await first.call('anvil_setBalance', stranger, '0xde0b6b3a7640000')
    await first.call('anvil_impersonateAccount', stranger)
    sent.push(await send({ from: stranger }))
    const { raw, blobs } = await blobTransaction()
    const blobHash = await first.call('eth_sendRawTransaction', raw)
    sent.push(blobHash)
    const before = await first.content()
    await first.kill()

    const second = await start(folder, '--no-mining')
    expect(await second.content()).toEqual(before)
    expect(Object.values(before.pending).flatMap(Object.values)).toHaveLength(4)
    await second.call('evm_mine')
    for (const hash of sent) {
      expect(await second.call('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
    }
    expect(await second.call('anvil_getBlobsByTransactionHash', blobHash)).toEqual(blobs)
    await second.kill()

    const third = await start(folder, '--no-mining')
    const { pending, queued: left } = await third.content()
    expect(pending).toEqual({})
    expect(Object.values(left).flatMap(Object.values)).toMatchObject([{ hash: queued }])
    await third.kill()
  })

  test('are mined at once by a node that mines at once', async () => {
    const folder = await temporaryFolder()
    const first = await start(folder, '--no-mining')
    const [alice] = await first.call<Hex[]>('eth_accounts')
    const hash = await first.call('eth_sendTransaction', { from: alice, to })
    await first.kill()
    const second = await start(folder)
    await expect
      .poll(() => second.call('eth_getTransactionReceipt', hash), { timeout: 30_000 })
      .toMatchObject({ status: '0x1' })
    await second.kill()
  })
})

describe('in a folder', () => {
  const open = (dataDir: string) =>
    createNode({ dataDir, genesisTimestamp, mining: { type: 'manual' } })

  test('transactions keep their order, and replacements and slots that came free their place', async () => {
    const dataDir = await temporaryFolder()
    const first = await open(dataDir)
    for (const index of [3, 1, 2])
      await first.send(await signed(first, { to }, account(first, index)))
    const replacement = { to, nonce: 0n, maxFeePerGas: parseGwei('20') }
    await first.send(await signed(first, replacement, account(first, 1)))
    await first.mine()
    for (const index of [5, 4]) await first.send(await signed(first, { to }, account(first, index)))
    const before = first.pool().pending.map(({ hash }) => hash)
    await first.close()
    const second = await open(dataDir)
    expect(second.pool().pending.map(({ hash }) => hash)).toEqual(before)
    await second.send(await signed(second, { to }, account(second, 6)))
    const all = second.pool().pending.map(({ hash }) => hash)
    await second.close()
    const third = await open(dataDir)
    expect(third.pool().pending.map(({ hash }) => hash)).toEqual(all)
    await third.close()
  })

  test('transactions of a block that was unwound do not come back', async () => {
    const dataDir = await temporaryFolder()
    const first = await open(dataDir)
    await first.send(await signed(first, { to }))
    await first.mine()
    await first.rollback(1)
    expect(first.pool().pending).toEqual([])
    await first.close()
    const second = await open(dataDir)
    expect(second.pool().pending).toEqual([])
    await second.close()
  })

  test('a transaction that is mined as it comes is not written twice', async () => {
    const dataDir = await temporaryFolder()
    const node = await createNode({ dataDir, genesisTimestamp })
    await mined(node, { to })
    await node.close()
    const again = await open(dataDir)
    expect(again.pool()).toEqual({ pending: [], queued: [] })
    await again.close()
  })
})
