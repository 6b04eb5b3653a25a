import type { Address, Client, Hex } from 'viem'
import { readContract } from 'viem/actions'
import { modelRegistryAbi } from '../abis.js'
import { modelRegistryAddressOf, type ReadOptions, readOptionsOf, readTyped } from '../contract.js'
import { toModelName } from '../modelName.js'

/**
 * Looks up the model that a name points to. Whoever resolves a name trusts its owner, who may move it.
 * @param parameters.owner Account that set the name.
 * @param parameters.name The name, such as `volatility-v1`.
 * @throws NameNotSetError, InvalidModelNameError
 * @example
 * const model = await resolveModel(client, { owner, name: 'volatility-v1' })
 */
export async function resolveModel(
  client: Client,
  parameters: resolveModel.Parameters,
): Promise<resolveModel.ReturnType> {
  const { owner, name, ...options } = parameters
  const encoded = toModelName(name)
  return readTyped(() =>
    readContract(client, {
      ...readOptionsOf(options),
      address: modelRegistryAddressOf(client),
      abi: modelRegistryAbi,
      functionName: 'resolve',
      args: [owner, encoded],
    }),
  )
}

export declare namespace resolveModel {
  type Parameters = ReadOptions & { readonly owner: Address; readonly name: string }
  type ReturnType = Hex
}
