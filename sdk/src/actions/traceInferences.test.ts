import { encodeFunctionData, toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { inferenceAbi } from '../abis.js'
import { inferenceAddress } from '../addresses.js'
import { ShapeMismatchError } from '../errors/revert.js'
import { account } from '../testing/client.js'
import { useDevnet } from '../testing/devnet.js'
import { floatBytes, ids, models } from '../testing/models.js'
import { toWad } from '../wad.js'
import { traceInferences } from './traceInferences.js'

const chain = useDevnet({ models })

/** Sends calldata straight to the precompile, and traces what came of it. */
async function traced(data: `0x${string}`) {
  const hash = await chain.client.sendTransaction({ to: inferenceAddress, data, gas: 1_000_000n })
  await chain.client.waitForTransactionReceipt({ hash })
  return traceInferences(chain.client, { hash })
}

const abi = inferenceAbi

describe('traceInferences', () => {
  test('default: input and output of an infer', async () => {
    const args = [ids.double, [toWad('0.5'), toWad('-2')]] as const
    const inferences = await traced(encodeFunctionData({ abi, functionName: 'infer', args }))
    expect(inferences).toMatchObject([
      {
        method: 'infer',
        model: ids.double,
        input: [toWad('0.5'), toWad('-2')],
        output: [toWad('1'), toWad('-4')],
        caller: account.toLowerCase(),
        error: undefined,
      },
    ])
    const [{ gasUsed } = { gasUsed: 0n }] = inferences
    expect(gasUsed).toBe(await chain.client.inference.quote({ model: ids.double, shapes: [[2]] }))
  })

  test('default: tensors of an inferTensors', async () => {
    const data = toHex(floatBytes(1, 2, 3, 4))
    const args = [ids.affine, [{ dtype: 1, shape: [1, 4], data }]] as const
    const [inference] = await traced(
      encodeFunctionData({ abi, functionName: 'inferTensors', args }),
    )
    const [output] = await chain.client.inference.inferTensors({
      model: ids.affine,
      inputs: [{ dtype: 1, shape: [1, 4], data: floatBytes(1, 2, 3, 4) }],
    })
    expect(inference).toMatchObject({ method: 'inferTensors', model: ids.affine })
    expect(inference).toHaveProperty('inputs', [
      { dtype: 1, shape: [1, 4], data: floatBytes(1, 2, 3, 4) },
    ])
    expect(inference).toHaveProperty('outputs', [output])
  })

  test('behavior: one that failed has its typed error, and no output', async () => {
    const args = [ids.affine, [1n]] as const
    const [inference] = await traced(encodeFunctionData({ abi, functionName: 'infer', args }))
    expect(inference).toMatchObject({ method: 'infer', output: undefined })
    expect(inference?.error).toBeInstanceOf(ShapeMismatchError)
  })

  test('behavior: calls of another kind, and transactions without any, have none', async () => {
    const args = [ids.double] as const
    expect(await traced(encodeFunctionData({ abi, functionName: 'describe', args }))).toEqual([])
    expect(await traced('0x1234')).toEqual([])
    // The selector of `infer`, and nothing behind it.
    expect(await traced('0xcd79ce96')).toEqual([])
  })
})
