import { EVMError, type InterpreterStep, type Message } from '@ethereumjs/evm'
import type { Hex } from '../node.js'
import { peek } from './machine.js'

const names = EVMError.errorMessages
const [returndatacopy, invalid] = [0x3e, 0xfe]

/** Failures that EthereumJS tells less exactly. */
export const designatedInvalid = `${names.INVALID_OPCODE}: INVALID`
export const outOfReturnData = 'return data out of bounds'

/** Failures of a frame that are none of its last opcode's: it asked for it, or returned code that no contract may have. */
const ofFrame = new Set<string>([
  names.REVERT,
  names.CODESTORE_OUT_OF_GAS,
  names.CODESIZE_EXCEEDS_MAXIMUM,
  names.INVALID_BYTECODE_RESULT,
])

/** Whether a frame failed because its last opcode did. */
export function isOfOpcode(failure: string): boolean {
  return !ofFrame.has(failure)
}

/**
 * Why a frame failed: EthereumJS's name of it, more exact in places.
 * @param frame its last opcode, and what RETURNDATASIZE saw there.
 */
export function failureOf(
  exception: EVMError | undefined,
  frame: {
    readonly pending: { readonly event: InterpreterStep } | undefined
    readonly message: Message
    readonly returnData: Hex
  },
): string | undefined {
  if (!exception) return undefined
  const { error } = exception
  const event = frame.pending?.event
  if (event && error === names.INVALID_OPCODE && !isUnknown(event, frame.message)) {
    return designatedInvalid
  }
  if (event && error === names.OUT_OF_GAS && event.opcode.code === returndatacopy) {
    const available = BigInt(frame.returnData.length / 2 - 1)
    return peek(event, 1) + peek(event, 2) > available ? outOfReturnData : error
  }
  // Some names go on with where in EthereumJS's own state they arose.
  return error.replace(/ at .*$/, '')
}

/** Whether no opcode has this byte. EthereumJS shows all of those as INVALID, which one byte is by design. */
export function isUnknown({ opcode, pc }: InterpreterStep, { code }: Message): boolean {
  return opcode.code === invalid && code instanceof Uint8Array && code[pc] !== invalid
}
