import type { Client, Hex } from 'viem'
import { ModelNotFoundError } from '../errors/revert.js'
import { type ModelDescription, requestLockstep } from '../rpc.js'

/**
 * Describes a model that the node holds: class, inputs, outputs, operators, gas.
 * @param parameters.model Id of the model.
 * @throws ModelNotFoundError when the node does not hold it.
 * @example
 * const { inputs, gas } = await getModel(client, { model })
 */
export async function getModel(
  client: Client,
  parameters: getModel.Parameters,
): Promise<getModel.ReturnType> {
  const model = await requestLockstep(client, 'lockstep_getModel', [parameters.model])
  if (model === null) throw new ModelNotFoundError(parameters.model, undefined)
  return model
}

export declare namespace getModel {
  type Parameters = { readonly model: Hex }
  type ReturnType = ModelDescription & { readonly registered: boolean }
}
