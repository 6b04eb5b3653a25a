import { inferenceAbi } from '@lockstep/precompile'
import { type Abi, decodeErrorResult } from 'viem'
import type { Hex } from '../node/node.js'

const panicReasons: Record<string, string> = {
  '0': 'generic panic',
  '1': 'assertion failed',
  '17': 'arithmetic underflow or overflow',
  '18': 'division or modulo by zero',
  '33': 'failed to convert value into enum type',
  '34': 'storage byte array incorrectly encoded',
  '49': 'called `.pop()` on an empty array',
  '50': 'array out-of-bounds access',
  '65': 'memory allocation error',
  '81': 'called an invalid internal function',
}

/** Solidity's own errors and the precompile's. */
const knownErrors: Abi = [
  { type: 'error', name: 'Error', inputs: [{ type: 'string', name: 'message' }] },
  { type: 'error', name: 'Panic', inputs: [{ type: 'uint256', name: 'code' }] },
  ...inferenceAbi.filter(({ type }) => type === 'error'),
]

/**
 * The message of a reverted call, worded as Anvil words it.
 * @param data revert data, as the client gets it beside the message.
 */
export function revertMessage(data: Hex): string {
  const reason = revertReason(data)
  return reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`
}

/** The text that a contract gave with `revert(…)` or `require`, or what its panic means; undefined without one. */
export function reasonText(data: Hex): string | undefined {
  const { errorName, args = [] } = decode(data) ?? {}
  if (errorName === 'Error') return args[0] as string
  return errorName === 'Panic' ? panicReason(args[0] as bigint) : undefined
}

function revertReason(data: Hex): string | undefined {
  if (data === '0x') return undefined
  const decoded = decode(data)
  if (!decoded) return data.length < 10 ? data : rawReason(data)
  const { errorName, args = [] } = decoded
  if (errorName === 'Error') return args[0] as string
  if (errorName === 'Panic') return panicReason(args[0] as bigint)
  return `${errorName}(${args.map(show).join(', ')})`
}

/** Undefined when no known error looks like this. */
function decode(data: Hex): { errorName: string; args?: readonly unknown[] } | undefined {
  try {
    return decodeErrorResult({ abi: knownErrors, data }) as ReturnType<typeof decode>
  } catch {
    // A contract may revert with any bytes; those that only look like a known error are shown raw.
    return undefined
  }
}

function rawReason(data: Hex): string {
  const args = data.slice(10)
  return `custom error ${data.slice(0, 10)}${args === '' ? '' : `: ${args}`}`
}

function panicReason(code: bigint): string {
  const reason = panicReasons[code.toString()] ?? 'unknown code'
  return `panic: ${reason} (0x${code.toString(16).padStart(2, '0')})`
}

function show(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(show).join(', ')}]` : String(value)
}
