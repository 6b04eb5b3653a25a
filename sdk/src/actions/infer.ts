import type { Client, Hex } from 'viem'
import { readContract } from 'viem/actions'
import { inferenceAbi } from '../abis.js'
import { inferenceAddressOf, type ReadOptions, readOptionsOf, readTyped } from '../contract.js'

// `infer.Parameters` cannot be written: `infer` is a keyword where a type is expected.
export type InferParameters = ReadOptions & { readonly model: Hex; readonly x: readonly bigint[] }
export type InferReturnType = readonly bigint[]

/**
 * Runs a model of one input and one output, as a contract would.
 * @param parameters.model Id of a registered model.
 * @param parameters.x The input, row-major: 18 decimals for a float tensor (see `toWad`), else the integers themselves.
 * @returns the output, in the same form.
 * @throws ModelNotFoundError, ShapeMismatchError, ValueOutOfRangeError, NonFiniteOutputError, UseInferTensorsError
 * @example
 * const [volatility] = await infer(client, { model, x: returns.map(toWad) })
 */
export async function infer(client: Client, parameters: InferParameters): Promise<InferReturnType> {
  const { model, x, ...options } = parameters
  return readTyped(() =>
    readContract(client, {
      ...readOptionsOf(options),
      address: inferenceAddressOf(client),
      abi: inferenceAbi,
      functionName: 'infer',
      args: [model, x],
    }),
  )
}
