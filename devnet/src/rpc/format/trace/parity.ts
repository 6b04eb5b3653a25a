import type { Hex } from '../../../node/node.js'
import { inferenceAddress } from '../../../node/registry.js'
import type { Frame } from '../../../node/trace/frame.js'
import { toQuantity } from '../quantity.js'
import { parityError } from './failure.js'
import { decodeInference, type LabelledTrace } from './inference.js'
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

/** Whether a call is told. */
type CallFilter = (call: Frame) => boolean

/** All but calls of precompiles that move no value, which OpenEthereum left out; inferences are told. */
export const withoutPrecompiles: CallFilter = ({ isPrecompile, value, to }) =>
  !isPrecompile || value > 0n || to === inferenceAddress

/** The calls of an execution in a list, each before the ones that it made. */
export function formatParityTraces(
  { frame, models }: LabelledTrace,
  isTold: CallFilter = () => true,
): ParityTrace[] {
  const traces: ParityTrace[] = []
  const waiting: { frame: Frame; address: readonly number[] }[] = [{ frame, address: [] }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { address } = next
    const calls = next.frame.calls.filter(isTold)
    traces.push(formatParityFrame(next.frame, address, calls.length, models))
    for (let index = calls.length - 1; index >= 0; index--) {
      waiting.push({ frame: calls[index] as Frame, address: [...address, index] })
    }
  }
  return traces
}

/** The same, each with its place on the chain where it has one. */
export function formatFlatCalls(trace: LabelledTrace, place?: TracePlace, isTold?: CallFilter) {
  return formatParityTraces(trace, isTold).map((entry) => ({ ...entry, ...place }))
}

/** Everything that a replay was asked for. */
export function formatReplay(trace: LabelledTrace, types: readonly ParityType[]) {
  return {
    output: trace.returnData,
    stateDiff: types.includes('stateDiff') ? formatStateDiff(trace) : null,
    trace: types.includes('trace') ? formatParityTraces(trace, withoutPrecompiles) : [],
    vmTrace: types.includes('vmTrace') ? formatVmTrace(trace.frame) : null,
  }
}

function formatParityFrame(
  frame: Frame,
  traceAddress: readonly number[],
  subtraces: number,
  models: LabelledTrace['models'],
) {
  const error = parityError(frame)
  const inference = decodeInference(frame, models)
  return {
    type: kindOf(frame),
    action: actionOf(frame),
    ...(error && { error }),
    result: resultOf(frame, error),
    subtraces,
    traceAddress,
    ...(inference && { inference }),
  }
}

function kindOf({ type }: Frame): 'call' | 'create' | 'suicide' {
  if (type === 'CREATE' || type === 'CREATE2') return 'create'
  return type === 'SELFDESTRUCT' ? 'suicide' : 'call'
}

type ParityAction =
  | { from: Hex; callType: string; gas: Hex; input: Hex; to: Hex; value: Hex }
  | { from: Hex; gas: Hex; init: Hex; value: Hex; creationMethod: string }
  | { address: Hex; balance: Hex; refundAddress: Hex }

function actionOf(frame: Frame): ParityAction {
  const { type, from, to, input } = frame
  const [gas, value] = [toQuantity(frame.gas), toQuantity(frame.value)]
  if (type === 'CREATE' || type === 'CREATE2') {
    return { from, gas, init: input, value, creationMethod: type.toLowerCase() }
  }
  if (type === 'SELFDESTRUCT') return { address: from, balance: value, refundAddress: to as Hex }
  return { from, callType: type.toLowerCase(), gas, input, to: to as Hex, value }
}

/** A frame that reverted shows what it gave back and took; one that failed otherwise took everything. */
function resultOf({ type, to, output, gasUsed }: Frame, error: string | undefined) {
  if (type === 'SELFDESTRUCT' || (error !== undefined && error !== 'Reverted')) return null
  const used = toQuantity(gasUsed)
  if (type === 'CREATE' || type === 'CREATE2') {
    return { ...(to && { address: to }), code: output, gasUsed: used }
  }
  return { gasUsed: used, output }
}
