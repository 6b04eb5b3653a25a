import { describe, expect, test } from 'vitest'
import type { Hex } from './node.js'
import { replay } from './testing/replay.js'
import { account, mined, testNode } from './testing/testNode.js'

/** A commitment, opened at a point: versioned hash, z, y, commitment, proof. */
const opening = [
  '01e798154708fe7789429634053cbf9f99b619f9f084048927333fce637f549b',
  '564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306',
  '24d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a1',
  '8f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c2539ea8ec3a952b7',
  '873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a',
]
const to: Hex = `0x${'0a'.padStart(40, '0')}`

function calldata(change: Partial<Record<number, string>> = {}): Hex {
  return `0x${opening.map((part, index) => change[index] ?? part).join('')}`
}

describe('the point evaluation precompile', () => {
  test('accepts a proof, and gives the field that it is over', async () => {
    const node = await testNode()
    const outcome = await node.call({ to, data: calldata() }, 'latest')
    expect(outcome).toMatchObject({ success: true })
    expect(outcome.returnData).toBe(
      '0x000000000000000000000000000000000000000000000000000000000000100073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001',
    )
  })

  test.each([
    ['another value', { 2: `25${opening[2]?.slice(2)}` }],
    ['another point', { 1: `57${opening[1]?.slice(2)}` }],
    ['another proof', { 4: opening[3] }],
    ['a value outside of the field', { 2: 'ff'.repeat(32) }],
    ['a proof that is no point', { 4: `9f${'ff'.repeat(47)}` }],
    ['a proof off the curve', { 4: `80${'00'.repeat(46)}03` }],
    ['the point at infinity, badly written', { 4: `e0${'00'.repeat(47)}` }],
  ] as [string, Record<number, string>][])('refuses %s', async (_, change) => {
    const node = await testNode()
    const outcome = await node.call({ to, data: calldata(change), gas: 200_000n }, 'latest')
    expect(outcome).toMatchObject({ success: false, gasUsed: 200_000n })
  })
})

test('blob transactions execute again, and blobs cost by their use', async () => {
  const node = await testNode()
  const hashes = Array.from({ length: 9 }, (_, i): Hex => `0x01${String(i).padStart(62, '0')}`)
  for (let nonce = 0; nonce < 4; nonce++) {
    await mined(node, {
      type: 3,
      nonce,
      to: account(node, 1).address,
      gasLimit: 21_000n,
      maxFeePerBlobGas: 1000n,
      blobVersionedHashes: hashes,
    } as never)
  }
  const { header } = node.head.block
  expect(header.blobGasUsed).toBe(9n * 131_072n)
  expect(header.excessBlobGas).toBe(3n * 3n * 131_072n)
  expect(node.head.transactions[0]?.receipt).toMatchObject({
    blobGasUsed: header.blobGasUsed,
    blobGasPrice: 1n,
  })
  expect(node.nextBlobBaseFee()).toBe(1n)
  expect(await replay(node)).toHaveLength(4)
})
