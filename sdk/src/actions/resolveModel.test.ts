import { describe, expect, test } from 'vitest'
import { NameNotSetError } from '../errors/revert.js'
import { InvalidModelNameError } from '../modelName.js'
import { account } from '../testing/client.js'
import { useDevnet } from '../testing/devnet.js'
import { ids, models } from '../testing/models.js'
import { resolveModel } from './resolveModel.js'

const chain = useDevnet({ models })

describe('resolveModel', () => {
  test('default', async () => {
    await chain.client.inference.setModelNameSync({ name: 'volatilité-v1', model: ids.double })
    const model = await resolveModel(chain.client, { owner: account, name: 'volatilité-v1' })
    expect(model).toBe(ids.double)
  })

  test('behavior: sees where a name pointed at an earlier block', async () => {
    const first = await chain.client.inference.setModelNameSync({ name: 'it', model: ids.affine })
    await chain.client.inference.setModelNameSync({ name: 'it', model: ids.double })
    const { blockNumber } = first
    const options = { owner: account, name: 'it' } as const
    expect(await resolveModel(chain.client, { ...options, blockNumber })).toBe(ids.affine)
    expect(await resolveModel(chain.client, options)).toBe(ids.double)
  })

  test('error: a name of nobody', async () => {
    const owner = `0x${'99'.repeat(20)}` as const
    const call = chain.client.inference.resolveModel({ owner, name: 'it' })
    await expect(call).rejects.toBeInstanceOf(NameNotSetError)
    await expect(call).rejects.toThrow(`The name ${owner}/it points to no model.`)
  })

  test('error: no name at all', async () => {
    const call = resolveModel(chain.client, { owner: account, name: '' })
    await expect(call).rejects.toBeInstanceOf(InvalidModelNameError)
  })
})
