import { type Address, type Client, getAddress } from 'viem'
import { type ModelDescription, requestLockstep } from '../rpc.js'

/**
 * Lists the models that the chain has registered, with the names that point to them.
 * @example
 * for (const { id, names } of await getModels(client)) console.log(id, names)
 */
export async function getModels(client: Client): Promise<getModels.ReturnType> {
  const models = await requestLockstep(client, 'lockstep_models', [])
  return models.map(({ names, ...model }) => ({
    ...model,
    names: names.map(({ owner, name }) => ({ owner: getAddress(owner), name })),
  }))
}

export declare namespace getModels {
  type ReturnType = readonly (ModelDescription & {
    readonly names: readonly { readonly owner: Address; readonly name: string }[]
  })[]
}
