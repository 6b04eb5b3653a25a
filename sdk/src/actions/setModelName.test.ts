import { decodeEventLog } from 'viem'
import { describe, expect, test } from 'vitest'
import { modelRegistryAbi } from '../abis.js'
import { ModelNotFoundError } from '../errors/revert.js'
import { InvalidModelNameError, toModelName } from '../modelName.js'
import { account } from '../testing/client.js'
import { useDevnet } from '../testing/devnet.js'
import { ids, models } from '../testing/models.js'
import { setModelName, setModelNameSync } from './setModelName.js'

const chain = useDevnet({ models })

describe('setModelName', () => {
  test('default', async () => {
    const hash = await setModelName(chain.client, { name: 'a', model: ids.affine })
    expect(await chain.client.waitForTransactionReceipt({ hash })).toMatchObject({
      status: 'success',
    })
  })

  test('error: a model that the chain does not list', async () => {
    const call = chain.client.inference.setModelName({ name: 'a', model: ids.unknown })
    await expect(call).rejects.toBeInstanceOf(ModelNotFoundError)
  })

  test('error: a name that is too long', async () => {
    const call = setModelName(chain.client, { name: 'n'.repeat(33), model: ids.affine })
    await expect(call).rejects.toBeInstanceOf(InvalidModelNameError)
  })
})

describe('setModelNameSync', () => {
  test('default: emits the move', async () => {
    const { logs } = await setModelNameSync(chain.client, { name: 'b', model: ids.affine })
    const [log] = logs.map((entry) => decodeEventLog({ abi: modelRegistryAbi, ...entry }))
    expect(log).toEqual({
      eventName: 'NameSet',
      args: { owner: account, name: toModelName('b'), model: ids.affine },
    })
  })
})
