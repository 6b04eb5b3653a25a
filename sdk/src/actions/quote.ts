import type { Client, Hex } from 'viem'
import { readContract } from 'viem/actions'
import { inferenceAbi } from '../abis.js'
import { inferenceAddressOf, type ReadOptions, readOptionsOf, readTyped } from '../contract.js'

/**
 * Asks for the gas that the precompile charges for one call.
 * @param parameters.model Id of a registered model.
 * @param parameters.shapes One shape an input; `[[n]]` prices an `infer` on n values.
 * @returns gas of `infer` or `inferTensors` with inputs of these shapes, before what the calling contract spends.
 * @throws ModelNotFoundError, ShapeMismatchError
 * @example
 * const gas = await quote(client, { model, shapes: [[1, 8]] })
 */
export async function quote(
  client: Client,
  parameters: quote.Parameters,
): Promise<quote.ReturnType> {
  const { model, shapes, ...options } = parameters
  return readTyped(() =>
    readContract(client, {
      ...readOptionsOf(options),
      address: inferenceAddressOf(client),
      abi: inferenceAbi,
      functionName: 'quote',
      args: [model, shapes],
    }),
  )
}

export declare namespace quote {
  type Parameters = ReadOptions & {
    readonly model: Hex
    readonly shapes: readonly (readonly number[])[]
  }
  type ReturnType = bigint
}
