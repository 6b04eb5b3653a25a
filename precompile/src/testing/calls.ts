import {
  bytesToHex,
  decodeErrorResult,
  decodeFunctionResult,
  encodeFunctionData,
  hexToBytes,
} from 'viem'
import { type InferenceMethod, inferenceAbi } from '../abi/interface.js'
import type { CallResult } from '../precompile.js'
import { Dtype, type Tensor } from '../tensor.js'
import { bytesOf, noise } from './onnx.js'

export type Method = InferenceMethod

export interface Revert {
  readonly errorName: string
  readonly args: readonly unknown[]
}

export const WAD = 10n ** 18n
export const PLENTY = 1_000_000_000n
export const NO_COST = {
  macs: 0,
  elementOps: 0,
  bytesMoved: 0,
  nodes: 0,
  weightBytes: 0,
  peakBytes: 0,
} as const

/** Calldata as viem writes it. */
export function encode(functionName: Method, ...args: unknown[]): Uint8Array {
  return hexToBytes(encodeFunctionData({ abi: inferenceAbi, functionName, args: args as never }))
}

/** What a call gave, as viem reads it. */
export function decode(functionName: Method, result: CallResult): unknown {
  if (result.outOfGas) throw new Error('the call ran out of gas')
  if (!result.success) throw new Error(`the call reverted: ${revertOf(result).errorName}`)
  const data = bytesToHex(result.returnData)
  return decodeFunctionResult({ abi: inferenceAbi, functionName, data })
}

/** The error that a call reverted with, as viem reads it. */
export function revertOf({ success, outOfGas, returnData }: CallResult): Revert {
  if (success || outOfGas) throw new Error('the call did not revert')
  const { errorName, args } = decodeErrorResult({ abi: inferenceAbi, data: bytesToHex(returnData) })
  return { errorName, args: args ?? [] }
}

export function float32(shape: number[], values: ArrayLike<number>): Tensor {
  return { dtype: Dtype.float32, shape, data: bytesOf(Float32Array.from(values)) }
}

export function int32(...values: number[]): Tensor {
  return { dtype: Dtype.int32, shape: [values.length], data: bytesOf(Int32Array.from(values)) }
}

export function int64(...values: bigint[]): Tensor {
  return { dtype: Dtype.int64, shape: [values.length], data: bytesOf(BigInt64Array.from(values)) }
}

/** Repeatable float32 values in [−1, 1). */
export function random(shape: number[], seed: number): Tensor {
  const count = shape.reduce((a, b) => a * b, 1)
  return float32(shape, Array.from({ length: count }, noise(seed)))
}

/** A tensor as viem takes it. */
export function travelling({ dtype, shape, data }: Tensor) {
  return { dtype, shape, data: bytesToHex(data) }
}
