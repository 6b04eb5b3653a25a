import { type Abi, decodeErrorResult } from 'viem'
import type { Hex } from '../node/node.js'

const errorSelector = '0x08c379a0'
const panicSelector = '0x4e487b71'

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

const solidityAbi = [
  { type: 'error', name: 'Error', inputs: [{ type: 'string', name: 'message' }] },
  { type: 'error', name: 'Panic', inputs: [{ type: 'uint256', name: 'code' }] },
] as const satisfies Abi

/**
 * The message of a reverted call, worded as Anvil words it.
 * @param data revert data, as the client gets it beside the message.
 */
export function revertMessage(data: Hex): string {
  const reason = revertReason(data)
  return reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`
}

function revertReason(data: Hex): string | undefined {
  if (data === '0x') return undefined
  const selector = data.slice(0, 10)
  if (selector === errorSelector || selector === panicSelector) {
    const reason = solidityReason(data)
    if (reason !== undefined) return reason
  }
  if (data.length < 10) return data
  const args = data.slice(10)
  return `custom error ${selector}${args === '' ? '' : `: ${args}`}`
}

/** Undefined when the data starts like `Error` or `Panic` but does not decode as one. */
function solidityReason(data: Hex): string | undefined {
  try {
    const decoded = decodeErrorResult({ abi: solidityAbi, data })
    if (decoded.errorName === 'Error') return decoded.args[0]
    const code = decoded.args[0]
    return `panic: ${panicReasons[code.toString()] ?? 'unknown code'} (0x${code.toString(16).padStart(2, '0')})`
  } catch {
    // A contract may revert with any bytes; those that only look like Solidity's are shown raw.
    return undefined
  }
}
