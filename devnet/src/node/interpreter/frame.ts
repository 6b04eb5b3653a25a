import type { Common } from '@ethereumjs/common'
import { EVMError } from '@ethereumjs/evm'
import { analysisOf } from './analysis.js'
import { WordMemory } from './memory.js'
import type { RunState } from './opcodes.js'
import type { FrameRules } from './rules.js'
import { runWords } from './words.js'

/**
 * Executes the rest of a frame. Words are moved and combined here; every other opcode is executed by the library's
 * handler for it, and so is each that fails: gas, effects and errors are the library's.
 * @throws EVMError as those handlers do, to end a frame as well.
 */
export async function runFrame(
  state: RunState,
  common: Common,
  { table, prices, memory: price }: FrameRules,
): Promise<void> {
  const { code } = state
  const analysis = analysisOf(code)
  const memory = new WordMemory(state, price)
  state.validJumps = analysis.jumps
  for (;;) {
    runWords(state, analysis, memory, prices)
    if (state.programCounter >= code.length) return
    state.opCode = code[state.programCounter] as number
    const { opcodeInfo, opHandler, gasHandler } = table[state.opCode] as (typeof table)[number]
    let gas = opcodeInfo.feeBigInt
    if (opcodeInfo.dynamicGas) gas = await gasHandler(state, gas, common)
    if (opcodeInfo.isInvalid) throw new EVMError(EVMError.errorMessages.INVALID_OPCODE)
    state.interpreter.useGas(gas, opcodeInfo)
    state.programCounter++
    const done = opHandler(state, common)
    if (opcodeInfo.isAsync) await done
  }
}
