import { verifyMerkleProof } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { keccak256, parseEther } from 'viem'
import { describe, expect, test } from 'vitest'
import { deployProbe } from '../../node/testing/probe.js'
import { testClients } from '../testing/clients.js'

const zeroSlot = `0x${'0'.repeat(64)}` as const

describe('eth_getProof', () => {
  test('proves an account and a slot against the root of the block', async () => {
    const { node, reader } = await testClients()
    const address = await deployProbe(node, 7n)
    const block = await reader.getBlock()
    const proof = await reader.getProof({ address, storageKeys: [zeroSlot] })
    const prove = (key: `0x${string}`, nodes: readonly `0x${string}`[]) =>
      verifyMerkleProof(hexToBytes(keccak256(key)), nodes.map(hexToBytes), { useKeyHashing: false })
    const account = (await prove(address, proof.accountProof)) as Uint8Array
    const [, , storageRoot] = RLP.decode(account) as Uint8Array[]
    expect(keccak256(proof.accountProof[0] as `0x${string}`)).toBe(block.stateRoot)
    expect(bytesToHex(storageRoot as Uint8Array)).toBe(proof.storageHash)
    const [slot] = proof.storageProof
    expect(slot?.value).toBe(7n)
    expect(keccak256(slot?.proof[0] as `0x${string}`)).toBe(proof.storageHash)
    const value = (await prove(zeroSlot, slot?.proof ?? [])) as Uint8Array
    expect(bytesToHex(RLP.decode(value) as Uint8Array)).toBe('0x07')
  })

  test('gives every slot of an account that is not there', async () => {
    const { reader } = await testClients()
    const proof = await reader.getProof({
      address: `0x${'99'.repeat(20)}`,
      storageKeys: [zeroSlot],
    })
    expect(proof).toMatchObject({ balance: 0n, storageProof: [{ value: 0n, proof: [] }] })
  })

  test('proves the past as it was', async () => {
    const { reader, wallet, addressOf } = await testClients()
    const address = `0x${'77'.repeat(20)}` as const
    await wallet.sendTransaction({ to: address, value: parseEther('1') })
    const [before, after] = await Promise.all(
      [0n, 1n].map((blockNumber) => reader.getProof({ address, storageKeys: [], blockNumber })),
    )
    expect([before?.balance, after?.balance]).toEqual([0n, parseEther('1')])
    expect(addressOf(0)).toBeDefined()
  })
})

test('eth_getStorageValues reads slots of many accounts', async () => {
  const { node, call, failure } = await testClients()
  const [first, second] = [await deployProbe(node, 1n), await deployProbe(node, 2n)]
  expect(
    await call('eth_getStorageValues', { [first]: [zeroSlot], [second]: [zeroSlot, zeroSlot] }),
  ).toEqual({
    [first]: [`0x${'1'.padStart(64, '0')}`],
    [second]: [`0x${'2'.padStart(64, '0')}`, `0x${'2'.padStart(64, '0')}`],
  })
  expect(
    (await failure('eth_getStorageValues', { [first]: Array(1_025).fill(zeroSlot) })).code,
  ).toBe(-32602)
})

test('eth_config tells the rules of now', async () => {
  const { call } = await testClients({ hardfork: 'osaka' })
  expect(await call('eth_config')).toMatchObject({
    current: {
      activationTime: 0,
      blobSchedule: { target: 6, max: 9 },
      chainId: '0x7a69',
      precompiles: { ECREC: `0x${'1'.padStart(40, '0')}`, LOCKSTEP_INFERENCE: expect.any(String) },
      systemContracts: { HISTORY_STORAGE_ADDRESS: expect.any(String) },
    },
    next: null,
    last: null,
  })
})
