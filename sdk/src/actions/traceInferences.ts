import {
  type Address,
  type Client,
  decodeFunctionData,
  decodeFunctionResult,
  type Hex,
  hexToBigInt,
  hexToBytes,
  slice,
  toFunctionSelector,
} from 'viem'
import { inferenceAbi } from '../abis.js'
import { inferenceAddressOf } from '../contract.js'
import type { InferenceRevertError } from '../errors/inferenceRevert.js'
import { withTypedErrors } from '../errors/node.js'
import { fromRevertData } from '../errors/revert.js'
import { type CallFrame, traceTransaction } from '../write/trace.js'
import type { Tensor } from './inferTensors.js'

interface Traced {
  readonly model: Hex
  /** What the precompile charged. */
  readonly gasUsed: bigint
  /** Contract that asked. */
  readonly caller: Address
  /** Why there are no outputs; undefined where there are. */
  readonly error: InferenceRevertError | undefined
}

/** One inference of a transaction, with its values. */
export type TracedInference = Traced &
  (
    | {
        readonly method: 'infer'
        readonly input: readonly bigint[]
        readonly output: readonly bigint[] | undefined
      }
    | {
        readonly method: 'inferTensors'
        readonly inputs: readonly Tensor[]
        readonly outputs: readonly Tensor[] | undefined
      }
  )

/**
 * Runs a mined transaction once more and tells what its inferences took and gave, in execution order, reverted frames
 * included.
 * @param parameters.hash Of the transaction.
 * @throws InferenceUnavailableError where the node does not trace.
 * @example
 * const [{ model, output, gasUsed }] = await traceInferences(client, { hash })
 */
export async function traceInferences(
  client: Client,
  parameters: traceInferences.Parameters,
): Promise<traceInferences.ReturnType> {
  const frame = await withTypedErrors(() => traceTransaction(client, parameters.hash))
  return inferencesOf(frame, inferenceAddressOf(client))
}

export declare namespace traceInferences {
  type Parameters = { readonly hash: Hex }
  type ReturnType = readonly TracedInference[]
}

/** The inferences below a frame, itself among them. */
export function inferencesOf(frame: CallFrame, precompile: Address): readonly TracedInference[] {
  const inference = isAt(frame, precompile) ? decodeFrame(frame) : undefined
  const below = (frame.calls ?? []).flatMap((call) => inferencesOf(call, precompile))
  return inference ? [inference, ...below] : below
}

function isAt({ to }: CallFrame, address: Address): boolean {
  return to?.toLowerCase() === address.toLowerCase()
}

function decodeFrame(frame: CallFrame): TracedInference | undefined {
  const { input, output = '0x', from, error, inference } = frame
  if (!isInference(input)) return undefined
  const traced = {
    gasUsed: hexToBigInt(inference?.gas ?? frame.gasUsed),
    caller: from,
    error: error === undefined ? undefined : fromRevertData(output, undefined),
  }
  const { functionName, args } = decodeFunctionData({ abi: inferenceAbi, data: input })
  const answer = { abi: inferenceAbi, data: output } as const
  if (functionName === 'infer') {
    const y = error === undefined && decodeFunctionResult({ ...answer, functionName })
    return { ...traced, method: 'infer', model: args[0], input: args[1], output: y || undefined }
  }
  if (functionName !== 'inferTensors') return undefined
  const [model, inputs] = args
  const outputs = error === undefined && decodeFunctionResult({ ...answer, functionName })
  return {
    ...traced,
    method: 'inferTensors',
    model,
    inputs: inputs.map(toTensor),
    outputs: outputs ? outputs.map(toTensor) : undefined,
  }
}

/** Calldata that somebody made up may hold anything. */
function isInference(input: Hex): boolean {
  const selectors = ['infer(bytes32,int256[])', 'inferTensors(bytes32,(uint8,uint32[],bytes)[])']
  return input.length >= 10 && selectors.map(toFunctionSelector).includes(slice(input, 0, 4))
}

function toTensor({ dtype, shape, data }: { dtype: number; shape: readonly number[]; data: Hex }) {
  return { dtype, shape, data: hexToBytes(data) }
}
