import type { Opcodes, OpcodeTable, RunState } from './opcodes.js'

const revert = 0xfd

/**
 * A table whose steps are safe to listen to. Before the library emits the `step` of a REVERT it reads the revert data
 * from memory, also where the frame cannot pay for that memory: a contract could have it allocate any amount.
 */
export function watchedTable({ opcodeMap }: Opcodes): OpcodeTable {
  const table = [...opcodeMap]
  const entry = table[revert] as OpcodeTable[number]
  table[revert] = {
    ...entry,
    gasHandler: async (state, gas, common) => {
      try {
        const cost = await entry.gasHandler(state, gas, common)
        if (cost > state.gasLeft) closeMemory(state)
        return cost
      } catch (error) {
        closeMemory(state)
        throw error
      }
    },
  }
  return table
}

/** The frame is about to end: nobody else reads its memory. */
function closeMemory({ memory }: RunState): void {
  memory.read = () => new Uint8Array()
}
