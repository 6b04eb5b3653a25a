import type { Hex } from '../../../node/node.js'
import type { Frame } from '../../../node/trace/frame.js'
import type { Trace } from '../../../node/trace/trace.js'
import { toQuantity } from '../quantity.js'
import { parityError } from './failure.js'
import { decodeInference } from './inference.js'
import { formatStateDiff } from './stateDiff.js'
import { formatVmTrace } from './vmTrace.js'

/** Which parts of an execution a `trace_*` method is asked for. */
export type ParityType = 'trace' | 'vmTrace' | 'stateDiff'

/** Where a trace stands on the chain. */
export interface TracePlace {
  readonly blockHash: Hex
  readonly blockNumber: number
  readonly transactionHash: Hex
  readonly transactionPosition: number
}

/** One call of an execution as OpenEthereum's traces give it. */
export type ParityTrace = ReturnType<typeof formatParityFrame>

/** The calls of an execution in a list, each before the ones that it made. */
export function formatParityTraces(trace: Trace): ParityTrace[] {
  const traces: ParityTrace[] = []
  const add = (frame: Frame, address: readonly number[]) => {
    traces.push(formatParityFrame(frame, address))
    for (const [index, call] of frame.calls.entries()) add(call, [...address, index])
  }
  add(trace.frame, [])
  return traces
}

/** The same, each with its place on the chain. */
export function formatLocatedTraces(trace: Trace, place: TracePlace) {
  return formatParityTraces(trace).map((entry) => ({ ...entry, ...place }))
}

/** Everything that a replay was asked for. */
export function formatReplay(trace: Trace, types: readonly ParityType[]) {
  return {
    output: trace.returnData,
    stateDiff: types.includes('stateDiff') ? formatStateDiff(trace) : null,
    trace: types.includes('trace') ? formatParityTraces(trace) : [],
    vmTrace: types.includes('vmTrace') ? formatVmTrace(trace.frame) : null,
  }
}

function formatParityFrame(frame: Frame, traceAddress: readonly number[]) {
  const error = parityError(frame)
  const inference = decodeInference(frame)
  return {
    type: kindOf(frame),
    action: actionOf(frame),
    ...(error && { error }),
    result: resultOf(frame),
    subtraces: frame.calls.length,
    traceAddress,
    ...(inference && { inference }),
  }
}

function kindOf({ type }: Frame): 'call' | 'create' | 'suicide' {
  if (type === 'CREATE' || type === 'CREATE2') return 'create'
  return type === 'SELFDESTRUCT' ? 'suicide' : 'call'
}

function actionOf(frame: Frame) {
  const { type, from, to, input } = frame
  const [gas, value] = [toQuantity(frame.gas), toQuantity(frame.value)]
  if (type === 'CREATE' || type === 'CREATE2') {
    return { from, gas, init: input, value, creationMethod: type.toLowerCase() }
  }
  if (type === 'SELFDESTRUCT') return { address: from, balance: value, refundAddress: to }
  return { from, callType: type.toLowerCase(), gas, input, to, value }
}

/** A frame that reverted shows what it gave back and took; one that failed otherwise took everything. */
function resultOf({ type, to, error, output, gasUsed }: Frame) {
  if (type === 'SELFDESTRUCT' || (error !== undefined && error !== 'revert')) return null
  const used = toQuantity(gasUsed)
  if (type === 'CREATE' || type === 'CREATE2') {
    return { ...(to && { address: to }), code: output, gasUsed: used }
  }
  return { gasUsed: used, output }
}
