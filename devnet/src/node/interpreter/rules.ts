import type { Common } from '@ethereumjs/common'
import { type MemoryPrice, memoryPrice } from './memory.js'
import type { Opcodes, OpcodeTable } from './opcodes.js'
import { wordOpcodes } from './words.js'

/** What executes a frame under a hardfork. */
export interface FrameRules {
  readonly table: OpcodeTable
  /** By opcode, of those that are executed without the library; Infinity for all others. */
  readonly prices: Float64Array
  readonly memory: MemoryPrice
}

export function rulesOf(common: Common, { opcodeMap }: Opcodes): FrameRules {
  const prices = new Float64Array(256).fill(Number.POSITIVE_INFINITY)
  for (const opcode of wordOpcodes) {
    const { opcodeInfo } = opcodeMap[opcode] as OpcodeTable[number]
    if (!opcodeInfo.isInvalid) prices[opcode] = opcodeInfo.fee
  }
  return { table: opcodeMap, prices, memory: memoryPrice(common) }
}
