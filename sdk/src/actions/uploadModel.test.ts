import { keccak256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { node, onnx, value, weight } from '../../../precompile/src/testing/onnx.js'
import { ModelRefusedError } from '../errors/revert.js'
import { useDevnet } from '../testing/devnet.js'
import { graphs, ids } from '../testing/models.js'
import { getModels } from './getModels.js'
import { EmptyModelError, uploadModel } from './uploadModel.js'

const chain = useDevnet()

/** A model of a little over two chunks. */
function largeModel(): Uint8Array {
  const length = 550_000
  return onnx({
    nodes: [node('Add', ['x', 'w'], ['y'])],
    inputs: [value('x', 1, [1])],
    outputs: [value('y', 1, [length])],
    weights: [weight('w', 1, [length], new Float32Array(length).fill(0.5))],
  })
}

describe('uploadModel', () => {
  test('default: the id is the hash of the file', async () => {
    expect(await uploadModel(chain.client, { bytes: graphs.affine })).toBe(ids.affine)
  })

  test('behavior: an uploaded model is not registered', async () => {
    await uploadModel(chain.client, { bytes: graphs.affine })
    expect(await getModels(chain.client)).toEqual([])
  })

  test('behavior: a large file goes in chunks, and says how far it is', async () => {
    const bytes = largeModel()
    const progress: number[] = []
    const onProgress = ({ sent, total }: { sent: number; total: number }) => {
      expect(total).toBe(bytes.length)
      progress.push(sent)
    }
    const id = await chain.client.inference.uploadModel({ bytes, onProgress })
    expect(id).toBe(keccak256(bytes))
    expect(progress).toEqual([2 ** 20, 2 ** 21, bytes.length])
    await chain.client.inference.uploadModel({ bytes, onProgress })
    expect(progress).toHaveLength(3)
  })

  test('error: bytes that are no model', async () => {
    const call = uploadModel(chain.client, { bytes: graphs.affine.subarray(0, 60) })
    await expect(call).rejects.toBeInstanceOf(ModelRefusedError)
  })

  test('error: an operator that is not admitted is named', async () => {
    const bytes = onnx({
      nodes: [node('RandomNormal', [], ['y'], { shape: [1n] })],
      inputs: [],
      outputs: [value('y', 1, [1])],
    })
    const call = uploadModel(chain.client, { bytes })
    await expect(call).rejects.toBeInstanceOf(ModelRefusedError)
    await expect(call).rejects.toThrow('RandomNormal')
  })

  test('error: an empty file', async () => {
    const call = uploadModel(chain.client, { bytes: new Uint8Array() })
    await expect(call).rejects.toBeInstanceOf(EmptyModelError)
  })
})
