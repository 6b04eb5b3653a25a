import type { InterpreterStep } from '@ethereumjs/evm'
import { bytesToHex } from '@ethereumjs/util'
import type { Effect } from './frame.js'
import { type Machine, peek, readMemory, toHexWord } from './machine.js'

/** Where on the stack an opcode that writes memory finds the offset and the size of what it wrote. */
const copies: Record<number, readonly [offset: number, size: number]> = {
  55: [0, 2],
  57: [0, 2],
  60: [1, 3],
  62: [0, 2],
  94: [0, 2],
  241: [5, 6],
  242: [5, 6],
  244: [4, 5],
  250: [4, 5],
}
const [mload, mstore, mstore8, sstore] = [0x51, 0x52, 0x53, 0x55]

/**
 * What an opcode changed.
 * @param event the machine before it.
 * @param after the machine after it; undefined where the frame ended with it and kept nothing.
 */
export function effectOf(event: InterpreterStep, after: Machine | undefined): Effect {
  const { code } = event.opcode
  const pushed = after ? pushCount(code) : 0
  const region = after && regionOf(event)
  return {
    gasLeft: after?.gasLeft ?? event.gasLeft - (event.opcode.dynamicFee ?? 0n),
    push: (after && pushed > 0 ? after.stack.slice(-pushed) : []).map(
      (value) => `0x${value.toString(16)}` as const,
    ),
    memory: region && {
      offset: Number(region.offset),
      data: bytesToHex(readMemory(after.memory, region.offset, region.size)),
    },
    store:
      after && code === sstore
        ? { slot: toHexWord(peek(event, 0)), value: toHexWord(peek(event, 1)) }
        : undefined,
  }
}

/** The part of the memory that an opcode reads or writes, where it is one that does. */
function regionOf(event: InterpreterStep): { offset: bigint; size: bigint } | undefined {
  const { code } = event.opcode
  if (code === mload || code === mstore) return { offset: peek(event, 0), size: 32n }
  if (code === mstore8) return { offset: peek(event, 0), size: 1n }
  const places = copies[code]
  if (!places) return undefined
  const size = peek(event, places[1])
  return size === 0n ? undefined : { offset: peek(event, places[0]), size }
}

/** Items that an opcode leaves on the stack in place of the ones that it took, as OpenEthereum counts them. */
function pushCount(code: number): number {
  if (code >= 0x80 && code <= 0x8f) return code - 0x80 + 2
  if (code >= 0x90 && code <= 0x9f) return code - 0x90 + 2
  return pushesNothing.has(code) ? 0 : 1
}

const pushesNothing = new Set([
  ...[0x00, 0x37, 0x39, 0x3c, 0x3e, 0x50, 0x52, 0x53, 0x55, 0x56, 0x57, 0x5b, 0x5d, 0x5e],
  ...[0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xf3, 0xfd, 0xfe, 0xff],
])
