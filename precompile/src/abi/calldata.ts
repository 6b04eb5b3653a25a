import type { ModelId } from '../model/model.js'
import type { Tensor } from '../tensor.js'
import { array, encodeAbi, fixedBytes, tensor } from './encode.js'
import { methodSelector } from './selector.js'

/**
 * Calldata of `inferTensors`, for inputs whose size makes going through hex slow.
 * @example
 * const { inference } = await precompile.call(tensorsCalldata(id, inputs), 1_000_000n)
 */
export function tensorsCalldata(model: ModelId, inputs: readonly Tensor[]): Uint8Array {
  return encodeAbi([fixedBytes(model), array(inputs.map(tensor))], methodSelector('inferTensors'))
}
