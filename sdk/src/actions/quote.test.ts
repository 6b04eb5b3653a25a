import { encodeFunctionData } from 'viem'
import { describe, expect, test } from 'vitest'
import { inferenceAbi } from '../abis.js'
import { inferenceAddress } from '../addresses.js'
import { ModelNotFoundError, ShapeMismatchError } from '../errors/revert.js'
import { useDevnet } from '../testing/devnet.js'
import { ids, models } from '../testing/models.js'
import { getInferences } from './getInferences.js'
import { quote } from './quote.js'

const chain = useDevnet({ models })

describe('quote', () => {
  test('default: what a mined inference is charged', async () => {
    const gas = await quote(chain.client, { model: ids.affine, shapes: [[1, 4]] })
    const args = [ids.affine, [0n, 0n, 0n, 0n]] as const
    const hash = await chain.client.sendTransaction({
      to: inferenceAddress,
      data: encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args }),
    })
    await chain.client.waitForTransactionReceipt({ hash })
    expect(await getInferences(chain.client, { hash })).toMatchObject([{ gasUsed: gas }])
  })

  test('behavior: a flat shape prices as many values', async () => {
    const gas = await chain.client.inference.quote({ model: ids.affine, shapes: [[4]] })
    expect(gas).toBe(await quote(chain.client, { model: ids.affine, shapes: [[1, 4]] }))
  })

  test('behavior: more values cost more', async () => {
    const few = await quote(chain.client, { model: ids.double, shapes: [[1]] })
    expect(await quote(chain.client, { model: ids.double, shapes: [[1000]] })).toBeGreaterThan(few)
  })

  test('error: unknown model', async () => {
    const call = quote(chain.client, { model: ids.unknown, shapes: [[1]] })
    await expect(call).rejects.toBeInstanceOf(ModelNotFoundError)
  })

  test('error: wrong shape', async () => {
    const call = quote(chain.client, { model: ids.affine, shapes: [[2, 2]] })
    await expect(call).rejects.toBeInstanceOf(ShapeMismatchError)
  })
})
