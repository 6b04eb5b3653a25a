import { describe, expect, test } from 'vitest'
import {
  DataLengthMismatchError,
  DtypeMismatchError,
  InputCountMismatchError,
  NonFiniteOutputError,
  ShapeMismatchError,
} from '../errors/revert.js'
import { useDevnet } from '../testing/devnet.js'
import { floatBytes, ids, models } from '../testing/models.js'
import { inferTensors } from './inferTensors.js'

const chain = useDevnet({ models })
const floats = { dtype: 1, shape: [2], data: floatBytes(1.5, -0.25) }
const integers = { dtype: 7, shape: [2], data: new Uint8Array(BigInt64Array.of(7n, -8n).buffer) }

describe('inferTensors', () => {
  test('default', async () => {
    const outputs = await inferTensors(chain.client, {
      model: ids.pair,
      inputs: [floats, integers],
    })
    expect(outputs).toEqual([
      { dtype: 1, shape: [2], data: floatBytes(3, -0.5) },
      { dtype: 7, shape: [2], data: new Uint8Array(BigInt64Array.of(14n, -16n).buffer) },
    ])
  })

  test('behavior: bits travel unchanged', async () => {
    const smallest = Uint8Array.of(1, 0, 0, 0)
    const inputs = [{ dtype: 1, shape: [1], data: smallest }]
    const [output] = await chain.client.inference.inferTensors({ model: ids.double, inputs })
    expect(output?.data).toEqual(Uint8Array.of(2, 0, 0, 0))
  })

  test('error: too few inputs', async () => {
    const call = inferTensors(chain.client, { model: ids.pair, inputs: [floats] })
    await expect(call).rejects.toBeInstanceOf(InputCountMismatchError)
    await expect(call).rejects.toMatchObject({ want: 2n, got: 1n })
  })

  test('error: another element type', async () => {
    const call = inferTensors(chain.client, { model: ids.pair, inputs: [floats, floats] })
    await expect(call).rejects.toBeInstanceOf(DtypeMismatchError)
    await expect(call).rejects.toMatchObject({ input: 1n, want: 7, got: 1 })
  })

  test('error: another rank names the open dimension', async () => {
    const inputs = [{ ...floats, shape: [1, 2] }]
    const call = inferTensors(chain.client, { model: ids.double, inputs })
    await expect(call).rejects.toBeInstanceOf(ShapeMismatchError)
    await expect(call).rejects.toThrow('Input 0 has the shape [any], got [1,2].')
  })

  test('error: data of another length', async () => {
    const inputs = [{ ...floats, data: floats.data.subarray(1) }]
    const call = inferTensors(chain.client, { model: ids.double, inputs })
    await expect(call).rejects.toBeInstanceOf(DataLengthMismatchError)
    await expect(call).rejects.toMatchObject({ want: 8n, got: 7n })
  })

  test('error: a result that is not finite', async () => {
    const inputs = [{ dtype: 1, shape: [2], data: floatBytes(1, 3e38) }]
    const call = inferTensors(chain.client, { model: ids.double, inputs })
    await expect(call).rejects.toBeInstanceOf(NonFiniteOutputError)
    await expect(call).rejects.toMatchObject({ output: 0n, index: 1n })
  })
})
