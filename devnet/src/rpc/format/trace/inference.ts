import { inferenceAbi } from '@lockstep/precompile'
import { decodeErrorResult, decodeFunctionData, decodeFunctionResult } from 'viem'
import type { Hex } from '../../../node/node.js'
import { inferenceAddress } from '../../../node/registry.js'
import type { Frame } from '../../../node/trace/frame.js'
import { toQuantity } from '../quantity.js'

/** A list longer than this is shown by its first values and its length. */
const mostValues = 16
/** A text longer than this is shown by its first characters. */
const mostCharacters = 2 * 64 + 2

/** A call of the inference precompile in words. */
export interface DecodedInference {
  readonly model: string | null
  readonly method: string
  readonly inputs: unknown
  /** Null where the call failed. */
  readonly outputs: unknown
  /** The error that it reverted with, and its arguments. */
  readonly error?: unknown
  readonly gas: Hex
}

/**
 * What a frame asked of the inference precompile, and what it answered.
 * @returns undefined for every other frame, and for calldata that is none of its methods.
 */
export function decodeInference(frame: Frame): DecodedInference | undefined {
  if (frame.to !== inferenceAddress || !frame.isPrecompile) return undefined
  const call = attempt(() => decodeFunctionData({ abi: inferenceAbi, data: frame.input }))
  if (!call) return undefined
  const { functionName, args } = call
  const [model, ...inputs] = args as readonly [string, ...unknown[]]
  return {
    model,
    method: functionName,
    inputs: shorten(inputs[0] ?? null),
    outputs: frame.error === undefined ? shorten(outputsOf(functionName, frame.output)) : null,
    ...(frame.error === 'revert' && { error: errorOf(frame.output) }),
    gas: toQuantity(frame.gasUsed),
  }
}

function outputsOf(functionName: (typeof inferenceAbi)[number]['name'], data: Hex): unknown {
  return attempt(() =>
    decodeFunctionResult({ abi: inferenceAbi, functionName: functionName as 'infer', data }),
  )
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
