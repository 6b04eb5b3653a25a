import { describe, expect, test } from 'vitest'
import { account } from '../testing/client.js'
import { useDevnet } from '../testing/devnet.js'
import { graphs, ids } from '../testing/models.js'
import { getModels } from './getModels.js'

const chain = useDevnet({ models: [graphs.pair] })

describe('getModels', () => {
  test('default: what genesis registers', async () => {
    expect(await getModels(chain.client)).toMatchObject([{ id: ids.pair, names: [] }])
  })

  test('behavior: lists a deployed model with its names', async () => {
    await chain.client.inference.deployModelSync({ bytes: graphs.affine, name: 'affine-v1' })
    await chain.client.inference.setModelNameSync({ name: 'latest', model: ids.affine })
    const models = await chain.client.inference.getModels()
    const names = models.find(({ id }) => id === ids.affine)?.names
    expect(names).toHaveLength(2)
    expect(names).toContainEqual({ owner: account, name: 'affine-v1' })
    expect(names).toContainEqual({ owner: account, name: 'latest' })
  })
})
