import { describe, expect, test } from 'vitest'
import { ModelNotFoundError } from '../errors/revert.js'
import { useDevnet } from '../testing/devnet.js'
import { graphs, ids } from '../testing/models.js'
import { getModel } from './getModel.js'
import { uploadModel } from './uploadModel.js'

const chain = useDevnet({ models: [graphs.pair, graphs.double] })

describe('getModel', () => {
  test('default', async () => {
    const model = await getModel(chain.client, { model: ids.pair })
    expect(model).toMatchObject({
      id: ids.pair,
      class: 'pinned',
      bytes: graphs.pair.length,
      nodes: 2,
      operators: { Add: 2 },
      registered: true,
      inputs: [
        { name: 'a', dtype: 1, shape: [2] },
        { name: 'b', dtype: 7, shape: [2] },
      ],
    })
    expect(model.gas).toBeGreaterThan(0)
  })

  test('behavior: an open dimension is −1, and leaves the gas open', async () => {
    const model = await chain.client.inference.getModel({ model: ids.double })
    expect(model.inputs[0]?.shape).toEqual([-1])
    expect(model.gas).toBeNull()
  })

  test('behavior: tells an uploaded model from a registered one', async () => {
    await uploadModel(chain.client, { bytes: graphs.affine })
    expect(await getModel(chain.client, { model: ids.affine })).toMatchObject({ registered: false })
  })

  test('error: a model that the node does not hold', async () => {
    const call = getModel(chain.client, { model: ids.unknown })
    await expect(call).rejects.toBeInstanceOf(ModelNotFoundError)
  })
})
