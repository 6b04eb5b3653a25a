import { inferenceAbi, type ModelClass, type ModelId } from '@lockstep/precompile'
import { decodeErrorResult, decodeFunctionData, decodeFunctionResult } from 'viem'
import type { Hex } from '../../../node/node.js'
import { inferenceAddress } from '../../../node/registry.js'
import { type Frame, framesOf } from '../../../node/trace/frame.js'
import type { Trace } from '../../../node/trace/trace.js'
import { toQuantity } from '../quantity.js'

/** A list longer than this is shown by its first values and its length. */
const mostValues = 16
/** A text longer than this is shown by its first characters. */
const mostCharacters = 2 * 64 + 2

/** What is known of a model beside its id. */
export interface ModelLabel {
  /** `owner/name`, where somebody named it. */
  readonly name?: string
  readonly class?: ModelClass
}

/** A trace with what is known of the models that it calls. */
export interface LabelledTrace extends Trace {
  readonly models: ReadonlyMap<ModelId, ModelLabel>
}

/** A call of the inference precompile in words. */
export interface DecodedInference extends ModelLabel {
  readonly model: ModelId
  readonly method: string
  readonly inputs: unknown
  /** Null where the call failed. */
  readonly outputs: unknown
  /** The error that it reverted with, and its arguments. */
  readonly error?: unknown
  readonly gas: Hex
}

/** Models that the calls of an execution name. */
export function* calledModels(frame: Frame): Generator<ModelId> {
  for (const call of framesOf(frame)) {
    const request = requestOf(call)
    if (request) yield request.model
  }
}

/**
 * What a frame asked of the inference precompile, and what it answered.
 * @returns undefined for every other frame, and for calldata that is none of its methods.
 */
export function decodeInference(
  frame: Frame,
  models: LabelledTrace['models'],
): DecodedInference | undefined {
  const request = requestOf(frame)
  if (!request) return undefined
  const { model, method, inputs } = request
  return {
    model,
    ...models.get(model),
    method,
    inputs: shorten(inputs),
    outputs: frame.error === undefined ? shorten(outputsOf(method, frame.output)) : null,
    ...(frame.error === 'revert' && { error: errorOf(frame.output) }),
    gas: toQuantity(frame.gasUsed),
  }
}

type InferenceMethod = ReturnType<typeof decodeFunctionData<typeof inferenceAbi>>['functionName']

function requestOf(frame: Frame) {
  if (frame.to !== inferenceAddress || !frame.isPrecompile) return undefined
  const call = attempt(() => decodeFunctionData({ abi: inferenceAbi, data: frame.input }))
  if (!call) return undefined
  const [model, inputs = null] = call.args
  return { method: call.functionName, model, inputs }
}

function outputsOf(functionName: InferenceMethod, data: Hex): unknown {
  return attempt(() => decodeFunctionResult({ abi: inferenceAbi, functionName, data }))
}

function errorOf(data: Hex): unknown {
  const decoded = attempt(() => decodeErrorResult({ abi: inferenceAbi, data }))
  return decoded
    ? { name: decoded.errorName, args: shorten(decoded.args ?? []) }
    : { name: null, args: shorten(data) }
}

/** Undefined for bytes that are not what they stand for: anybody may call with anything. */
function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}

/** A value as JSON, however large: numbers as text, long lists and texts by their beginning. */
function shorten(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'string') return shortenText(value)
  if (Array.isArray(value)) {
    const shown = value.slice(0, mostValues).map(shorten)
    return value.length <= mostValues ? shown : [...shown, `… ${value.length - mostValues} more`]
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, shorten(entry)]))
  }
  return value ?? null
}

function shortenText(text: string): string {
  if (text.length <= mostCharacters) return text
  return `${text.slice(0, mostCharacters)}… (${(text.length - 2) / 2} bytes)`
}
