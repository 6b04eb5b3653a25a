import type { Address, Client } from 'viem'
import { type ModelDescription, requestLockstep } from '../rpc.js'

/**
 * Lists the models that the chain has registered, with the names that point to them.
 * @example
 * for (const { id, names } of await getModels(client)) console.log(id, names)
 */
export async function getModels(client: Client): Promise<getModels.ReturnType> {
  return requestLockstep(client, 'lockstep_models', [])
}

export declare namespace getModels {
  type ReturnType = readonly (ModelDescription & {
    readonly names: readonly { readonly owner: Address; readonly name: string }[]
  })[]
}
