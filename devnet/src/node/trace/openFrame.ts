import type { EVM, InterpreterStep, Message } from '@ethereumjs/evm'
import { bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../node.js'
import type { Frame, FrameType } from './frame.js'
import { peek, readMemory, toHexAddress } from './machine.js'

/** What the opcodes that open a frame are called. */
export const frameTypes: Readonly<Record<number, FrameType>> = {
  240: 'CREATE',
  241: 'CALL',
  242: 'CALLCODE',
  244: 'DELEGATECALL',
  245: 'CREATE2',
  250: 'STATICCALL',
}

/** Gas that a call which sends value gives the callee on top of what the caller hands on. */
const callStipend = 2_300n
/** Frames that may stand on one another. */
const deepestCall = 1024

export function isCreation(type: FrameType): boolean {
  return type === 'CREATE' || type === 'CREATE2'
}

/** The frame that the EVM is about to execute. */
export function frameOf(evm: EVM, message: Message, type: FrameType): Frame {
  const runsForeignCode = type === 'DELEGATECALL' || type === 'CALLCODE'
  const self = (runsForeignCode ? message.to : message.caller) ?? message.caller
  return {
    ...blankFrame(type, self.toString(), message.gasLimit),
    to: message.to && message.codeAddress.toString(),
    value: message.value,
    input: bytesToHex(message.data),
    isPrecompile: message.to !== undefined && evm.getPrecompile(message.codeAddress) !== undefined,
  }
}

/** The frame that an opcode asked for and the EVM refused: too deep, or without the funds. */
export function refusedFrame(event: InterpreterStep): Frame {
  const { opcode, address, gasLeft, memory } = event
  const type = frameTypes[opcode.code] as FrameType
  const creates = isCreation(type)
  const sendsValue = type === 'CALL' || type === 'CALLCODE'
  const value = creates ? peek(event, 0) : sendsValue ? peek(event, 2) : 0n
  const inputAt = creates ? 1 : sendsValue ? 3 : 2
  const left = gasLeft - (opcode.dynamicFee ?? 0n)
  const most = left - left / 64n
  const asked = creates || peek(event, 0) > most ? most : peek(event, 0)
  return {
    ...blankFrame(type, address.toString(), asked + (sendsValue && value > 0n ? callStipend : 0n)),
    to: creates ? undefined : toHexAddress(peek(event, 1)),
    value,
    input: bytesToHex(readMemory(memory, peek(event, inputAt), peek(event, inputAt + 1))),
    error:
      event.depth >= deepestCall ? 'max call depth exceeded' : 'insufficient balance for transfer',
  }
}

/** SELFDESTRUCT as a leaf of the tree: what is left goes to the beneficiary. */
export function selfdestructFrame(event: InterpreterStep): Frame {
  return {
    ...blankFrame('SELFDESTRUCT', event.address.toString(), 0n),
    to: toHexAddress(peek(event, 0)),
    value: event.account.balance,
  }
}

/** Gas that the opcode took from its frame to hand it on. */
export function handedOn({ type, gas, value }: Frame): bigint {
  return (type === 'CALL' || type === 'CALLCODE') && value > 0n ? gas - callStipend : gas
}

function blankFrame(type: FrameType, from: Hex, gas: bigint): Frame {
  return {
    type,
    from,
    to: undefined,
    value: 0n,
    gas,
    gasUsed: 0n,
    input: '0x',
    output: '0x',
    error: undefined,
    isPrecompile: false,
    calls: [],
    logs: [],
    steps: [],
    code: '0x',
  }
}
