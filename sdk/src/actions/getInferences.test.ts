import { encodeFunctionData, getAddress, keccak256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { inferenceAbi } from '../abis.js'
import { inferenceAddress } from '../addresses.js'
import { account } from '../testing/client.js'
import { useDevnet } from '../testing/devnet.js'
import { ids, models } from '../testing/models.js'
import { toWad } from '../wad.js'
import { getInferences, InferencesNotFoundError } from './getInferences.js'

const chain = useDevnet({ models })

/** Mines a transaction that infers, and that may revert. */
async function mine(model: `0x${string}`, x: readonly bigint[]) {
  const data = encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args: [model, x] })
  const hash = await chain.client.sendTransaction({ to: inferenceAddress, data, gas: 100_000n })
  return chain.client.waitForTransactionReceipt({ hash })
}

describe('getInferences', () => {
  test('default: of a transaction', async () => {
    const { transactionHash, blockNumber } = await mine(ids.reciprocal, [toWad('4')])
    const [inference, ...others] = await getInferences(chain.client, { hash: transactionHash })
    expect(others).toEqual([])
    expect(inference).toMatchObject({
      model: ids.reciprocal,
      method: 'infer',
      success: true,
      transactionHash,
      transactionIndex: 0,
      callIndex: 0,
      depth: 0,
      blockNumber,
    })
    expect(getAddress(inference?.caller ?? '0x')).toBe(account)
    expect(inference?.gasUsed).toBe(
      await chain.client.inference.quote({ model: ids.reciprocal, shapes: [[1]] }),
    )
  })

  test('behavior: the hashes depend on the values alone', async () => {
    const receipts = [
      await mine(ids.reciprocal, [toWad('4')]),
      await mine(ids.reciprocal, [toWad('4')]),
      await mine(ids.reciprocal, [toWad('8')]),
    ]
    const [a, b, c] = await Promise.all(
      receipts.map(({ transactionHash: hash }) => getInferences(chain.client, { hash })),
    )
    expect(a?.[0]?.inputHash).toBe(b?.[0]?.inputHash)
    expect(a?.[0]?.outputHash).toBe(b?.[0]?.outputHash)
    expect(a?.[0]?.inputHash).not.toBe(c?.[0]?.inputHash)
    expect(a?.[0]?.outputHash).not.toBe(c?.[0]?.outputHash)
  })

  test('behavior: of a block, by hash, number or tag', async () => {
    const { blockHash, blockNumber } = await mine(ids.reciprocal, [toWad('2')])
    const latest = await getInferences(chain.client)
    expect(latest).toHaveLength(1)
    expect(await getInferences(chain.client, { blockHash })).toEqual(latest)
    expect(await getInferences(chain.client, { blockNumber })).toEqual(latest)
    expect(await getInferences(chain.client, { blockTag: 'earliest' })).toEqual([])
  })

  test('behavior: a run whose answer could not be given is listed', async () => {
    const { status, transactionHash: hash } = await mine(ids.reciprocal, [0n])
    expect(status).toBe('reverted')
    expect(await chain.client.inference.getInferences({ hash })).toMatchObject([{ success: false }])
  })

  test('error: a transaction that is not mined', async () => {
    const call = getInferences(chain.client, { hash: keccak256('0x') })
    await expect(call).rejects.toBeInstanceOf(InferencesNotFoundError)
  })
})
