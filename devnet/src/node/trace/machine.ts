import type { ExecResult, InterpreterStep } from '@ethereumjs/evm'
import { bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../node.js'

/** What the EVM holds between two opcodes of a frame. The top of the stack is last. */
export interface Machine {
  readonly pc: number
  readonly gasLeft: bigint
  readonly gasRefund: bigint
  readonly stack: readonly bigint[]
  readonly memory: Uint8Array
}

export function machineBefore(event: InterpreterStep): Machine {
  const { pc, gasLeft, gasRefund, stack, memory } = event
  return { pc, gasLeft, gasRefund, stack, memory }
}

/** The machine as a frame left it; undefined where no code ran. */
export function machineAfter({ runState, gas, gasRefund }: ExecResult): Machine | undefined {
  if (!runState) return undefined
  const { programCounter, stack, memory, memoryWordCount } = runState
  return {
    pc: programCounter,
    gasLeft: gas ?? 0n,
    gasRefund: gasRefund ?? 0n,
    stack: stack.getStack(),
    memory: memory._store.slice(0, Number(memoryWordCount) * 32),
  }
}

/** An item of the stack, the top being 0. */
export function peek({ stack }: Pick<Machine, 'stack'>, depth: number): bigint {
  return stack[stack.length - 1 - depth] ?? 0n
}

/** Bytes of the memory; those that it has not grown to yet are zero. */
export function readMemory(memory: Uint8Array, offset: bigint, size: bigint): Uint8Array {
  const bytes = new Uint8Array(Number(size))
  // Nothing is copied from beyond the memory, whose length no offset of 256 bits can exceed by much for free.
  if (offset < BigInt(memory.length)) {
    bytes.set(memory.subarray(Number(offset), Number(offset) + bytes.length))
  }
  return bytes
}

export function toHexWord(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}

/** The address in the low 20 bytes of a word. */
export function toHexAddress(word: bigint): Hex {
  return `0x${BigInt.asUintN(160, word).toString(16).padStart(40, '0')}`
}

/** The memory in words of 32 bytes. */
export function toWords(memory: Uint8Array): Hex[] {
  const words: Hex[] = []
  for (let offset = 0; offset < memory.length; offset += 32) {
    words.push(bytesToHex(memory.subarray(offset, offset + 32)))
  }
  return words
}

/** The stack of one frame in hex, opcode after opcode: an item that stays is not written again. */
export class StackText {
  private values: readonly bigint[] = []
  private texts: Hex[] = []

  update(values: readonly bigint[]): readonly Hex[] {
    const before = this.texts
    this.texts = values.map((value, index) =>
      this.values[index] === value ? (before[index] as Hex) : (`0x${value.toString(16)}` as Hex),
    )
    this.values = values
    return this.texts
  }

  /** Characters that the stack takes in an answer. */
  get size(): number {
    let size = 0
    for (const text of this.texts) size += text.length + 3
    return size
  }
}
