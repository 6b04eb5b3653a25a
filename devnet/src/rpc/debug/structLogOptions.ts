import type { StepOptions } from '../../node/trace/recorder.js'
import { boolean, integer } from '../codec.js'

/** Fields of geth's struct logger. The old names of the negatives still stand in tools. */
export const structLogFields = {
  disableStack: boolean,
  disableStorage: boolean,
  enableMemory: boolean,
  disableMemory: boolean,
  enableReturnData: boolean,
  disableReturnData: boolean,
  /** The most opcodes to answer; 0 is all. */
  limit: integer(0, Number.MAX_SAFE_INTEGER),
}

type StructLogOptions = {
  [K in keyof typeof structLogFields]?: ReturnType<(typeof structLogFields)[K]>
}

export function toStepOptions(options: StructLogOptions): StepOptions {
  const { enableMemory, disableMemory = true, enableReturnData, disableReturnData = true } = options
  return {
    stack: !options.disableStack,
    storage: !options.disableStorage,
    memory: enableMemory ?? !disableMemory,
    returnData: enableReturnData ?? !disableReturnData,
    ...(options.limit && { limit: options.limit }),
  }
}
