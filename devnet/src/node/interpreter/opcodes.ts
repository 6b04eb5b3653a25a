import type { Common } from '@ethereumjs/common'
import type { getOpcodesForHF } from '@ethereumjs/evm'
import { runFrame } from './frame.js'
import { rulesOf } from './rules.js'

/** The opcodes of a hardfork, as the library describes them. */
export type Opcodes = ReturnType<typeof getOpcodesForHF>
export type OpcodeTable = Opcodes['opcodeMap']
/** What a frame of the library's interpreter holds. */
export type RunState = Parameters<OpcodeTable[number]['opHandler']>[0]

/** EIPs under which a step is more than an opcode and its gas: there the library's own loop runs. */
const widerSteps = [3540, 6800, 7864, 7928]

/**
 * A table in which every opcode, as the first of a frame, goes on to the frame's end: so that the frame runs in a
 * loop of ours, and not in the library's, which awaits every opcode.
 */
export function leadingTable(opcodes: Opcodes, common: Common): OpcodeTable {
  if (widerSteps.some((eip) => common.isActivatedEIP(eip))) return opcodes.opcodeMap
  const rules = rulesOf(common, opcodes)
  return opcodes.opcodeMap.map(({ opcodeInfo, opHandler, gasHandler }) => ({
    opcodeInfo: { ...opcodeInfo, isAsync: true },
    gasHandler,
    opHandler: async (state, own) => {
      await opHandler(state, own)
      await runFrame(state, own, rules)
    },
  }))
}
