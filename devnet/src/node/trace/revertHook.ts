import type { EVM } from '@ethereumjs/evm'

type OpcodeEntry = EVM['_opcodeMap'][number]
type RunState = Parameters<NonNullable<OpcodeEntry['gasHandler']>>[0]

const revert = 0xfd

/**
 * Makes an EVM safe to listen to. Before it emits the `step` of a REVERT it reads the revert data from memory, also
 * where the frame cannot pay for that memory: a contract could have it allocate any amount.
 */
export function guardRevertHook(evm: EVM): void {
  const { _opcodeMap: opcodes } = evm as unknown as { _opcodeMap: OpcodeEntry[] }
  const entry = opcodes[revert] as OpcodeEntry
  opcodes[revert] = {
    ...entry,
    gasHandler: async (runState, gas, common) => {
      try {
        const cost = await entry.gasHandler(runState, gas, common)
        if (cost > runState.gasLeft) closeMemory(runState)
        return cost
      } catch (error) {
        closeMemory(runState)
        throw error
      }
    },
  }
}

/** The frame is about to end: nobody else reads its memory. */
function closeMemory({ memory }: RunState): void {
  memory.read = () => new Uint8Array()
}
