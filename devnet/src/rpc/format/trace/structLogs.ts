import { type Step, stepsOf } from '../../../node/trace/frame.js'
import type { Trace } from '../../../node/trace/trace.js'
import { haltName } from '../../errors.js'

/** Every opcode as geth's struct logger gives it. */
export function formatStructLogs({ frame, success, gasUsed, returnData }: Trace) {
  return {
    gas: Number(gasUsed),
    failed: !success,
    returnValue: returnData,
    structLogs: [...stepsOf(frame)].map(formatStep),
  }
}

function formatStep(step: Step) {
  const { pc, op, gas, cost, depth, refund, error, stack, memory, returnData, storage } = step
  return {
    pc,
    op,
    gas: Number(gas),
    gasCost: Number(cost),
    depth,
    ...(error && { error: haltName(error) }),
    ...(stack && { stack }),
    ...(memory && { memory }),
    ...(returnData !== undefined && { returnData }),
    ...(storage && { storage }),
    refund: Number(refund),
  }
}
