import { decodeEventLog, keccak256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { modelRegistryAbi } from '../abis.js'
import { ModelRefusedError } from '../errors/revert.js'
import { InvalidModelNameError } from '../modelName.js'
import { account } from '../testing/client.js'
import { useDevnet } from '../testing/devnet.js'
import { graphs, ids } from '../testing/models.js'
import { toWad } from '../wad.js'
import { deployModel, deployModelSync } from './deployModel.js'

const chain = useDevnet()

describe('deployModel', () => {
  test('default: the model can be called once the registration is mined', async () => {
    const { id, hash } = await deployModel(chain.client, { bytes: graphs.double })
    expect(id).toBe(ids.double)
    if (hash === undefined) expect.unreachable('the chain lists the model already')
    await chain.client.waitForTransactionReceipt({ hash })
    expect(await chain.client.inference.infer({ model: id, x: [toWad('1')] })).toEqual([toWad('2')])
  })

  test('behavior: a listed model is not registered again', async () => {
    await deployModelSync(chain.client, { bytes: graphs.double })
    const { id, hash } = await deployModel(chain.client, { bytes: graphs.double })
    expect(id).toBe(ids.double)
    expect(hash).toBeUndefined()
  })

  test('error: a refused file registers nothing', async () => {
    const bytes = graphs.affine.subarray(1)
    const call = deployModel(chain.client, { bytes })
    await expect(call).rejects.toBeInstanceOf(ModelRefusedError)
    await expect(call).rejects.toMatchObject({ model: keccak256(bytes) })
  })
})

describe('deployModelSync', () => {
  test('default: registers, and tells by whom', async () => {
    const { id, receipt } = await deployModelSync(chain.client, { bytes: graphs.affine })
    const [log] = receipt?.logs ?? []
    expect(log && decodeEventLog({ abi: modelRegistryAbi, ...log })).toEqual({
      eventName: 'ModelRegistered',
      args: { model: id, by: account },
    })
  })

  test('behavior: sets the name, also of a model that is listed already', async () => {
    await deployModelSync(chain.client, { bytes: graphs.affine })
    const { id, receipt } = await deployModelSync(chain.client, {
      bytes: graphs.affine,
      name: 'affine-v1',
    })
    expect(receipt).toBeUndefined()
    expect(await chain.client.inference.resolveModel({ owner: account, name: 'affine-v1' })).toBe(
      id,
    )
  })

  test('behavior: sends from the account that is given', async () => {
    const [, second] = await chain.client.getAddresses()
    const { receipt } = await deployModelSync(chain.client, {
      bytes: graphs.pair,
      account: second,
    })
    expect(receipt?.from).toBe(second?.toLowerCase())
  })

  test('error: a name that is none is refused before the upload', async () => {
    const bytes = graphs.pick
    const call = deployModelSync(chain.client, { bytes, name: 'a/b' })
    await expect(call).rejects.toBeInstanceOf(InvalidModelNameError)
    await expect(chain.client.inference.getModel({ model: ids.pick })).rejects.toThrow()
  })
})
