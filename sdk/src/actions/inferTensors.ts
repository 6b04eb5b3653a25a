import { bytesToHex, type Client, type Hex, hexToBytes } from 'viem'
import { readContract } from 'viem/actions'
import { inferenceAbi } from '../abis.js'
import { inferenceAddressOf, type ReadOptions, readOptionsOf, readTyped } from '../contract.js'

/** A tensor of its own element type. */
export interface Tensor {
  /** ONNX `TensorProto.DataType`: 1 is float32, 7 is int64. */
  readonly dtype: number
  /** Outermost dimension first; empty for a scalar. */
  readonly shape: readonly number[]
  /** Row-major, little-endian elements. */
  readonly data: Uint8Array
}

/**
 * Runs any model, on tensors of its own element types.
 * @param parameters.model Id of a registered model.
 * @param parameters.inputs One tensor an input, in the model's order.
 * @returns one tensor an output, in the model's order.
 * @throws ModelNotFoundError, InputCountMismatchError, DtypeMismatchError, ShapeMismatchError, NonFiniteOutputError
 * @example
 * const data = new Uint8Array(Float32Array.of(0.1, 0.2).buffer)
 * const [output] = await inferTensors(client, { model, inputs: [{ dtype: 1, shape: [1, 2], data }] })
 */
export async function inferTensors(
  client: Client,
  parameters: inferTensors.Parameters,
): Promise<inferTensors.ReturnType> {
  const { model, inputs, ...options } = parameters
  const encoded = inputs.map(({ dtype, shape, data }) => ({
    dtype,
    shape: [...shape],
    data: bytesToHex(data),
  }))
  const outputs = await readTyped(() =>
    readContract(client, {
      ...readOptionsOf(options),
      address: inferenceAddressOf(client),
      abi: inferenceAbi,
      functionName: 'inferTensors',
      args: [model, encoded],
    }),
  )
  return outputs.map(({ dtype, shape, data }) => ({ dtype, shape, data: hexToBytes(data) }))
}

export declare namespace inferTensors {
  type Parameters = ReadOptions & { readonly model: Hex; readonly inputs: readonly Tensor[] }
  type ReturnType = readonly Tensor[]
}
