import { bigIntMin } from '@ethereumjs/util'
import { type Step, stepsOf } from '../../../node/trace/frame.js'
import { haltName } from '../../errors.js'
import { decodeInference, type LabelledTrace } from './inference.js'

/** Every opcode as geth's struct logger gives it. */
export function formatStructLogs(trace: LabelledTrace) {
  const { frame, models, success, gasUsed, returnData } = trace
  return {
    gas: Number(gasUsed),
    failed: !success,
    returnValue: returnData,
    structLogs: [...stepsOf(frame)].map((step) => formatStep(step, models)),
  }
}

function formatStep(step: Step, models: LabelledTrace['models']) {
  const { pc, op, gas, cost, depth, refund, error, stack, memory, returnData, storage } = step
  const inference = step.sub && decodeInference(step.sub, models)
  return {
    pc,
    op,
    gas: Number(gas),
    gasCost: toNumber(cost),
    depth,
    ...(error && { error: haltName(error) }),
    ...(stack && { stack }),
    ...(memory && { memory }),
    ...(returnData !== undefined && { returnData }),
    ...(storage && { storage }),
    refund: Number(refund),
    ...(inference && { inference }),
  }
}

/** What an opcode that failed would have cost can be more than a number in JSON holds exactly. */
export function toNumber(value: bigint): number {
  return Number(bigIntMin(value, BigInt(Number.MAX_SAFE_INTEGER)))
}
