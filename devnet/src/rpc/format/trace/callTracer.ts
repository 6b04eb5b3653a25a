import type { Frame, FrameLog } from '../../../node/trace/frame.js'
import { reasonText } from '../../revert.js'
import { toQuantity } from '../quantity.js'
import { gethError } from './failure.js'
import { decodeInference, type LabelledTrace } from './inference.js'

/** Settings of the `callTracer`. */
export interface CallTracerConfig {
  readonly withLog?: boolean
  readonly onlyTopCall?: boolean
}

/** The tree of calls as geth's `callTracer` gives it, calls of the inference precompile decoded. */
export function formatCallTrace(trace: LabelledTrace, config: CallTracerConfig) {
  const { frame, models, gasUsed } = trace
  const logIndices = new Map<FrameLog, number>()
  if (config.withLog) numberLogs(frame, logIndices)
  return { ...formatFrame(frame, { config, logIndices, models }), gasUsed: toQuantity(gasUsed) }
}

/** What the frames of one trace are told with. */
interface Telling {
  readonly config: CallTracerConfig
  readonly logIndices: ReadonlyMap<FrameLog, number>
  readonly models: LabelledTrace['models']
}

/** Numbers the logs that the receipt holds, in its order. Those of a frame that failed were undone. */
function numberLogs(frame: Frame, indices: Map<FrameLog, number>): void {
  if (frame.error !== undefined) return
  let written = 0
  for (let position = 0; position <= frame.calls.length; position++) {
    for (
      let log = frame.logs[written];
      log && log.position <= position;
      log = frame.logs[++written]
    ) {
      indices.set(log, indices.size)
    }
    const call = frame.calls[position]
    if (call) numberLogs(call, indices)
  }
}

function formatFrame(frame: Frame, telling: Telling): Record<string, unknown> {
  const { config, logIndices, models } = telling
  const calls = config.onlyTopCall ? [] : frame.calls.map((call) => formatFrame(call, telling))
  const logs = frame.logs.filter((log) => logIndices.has(log))
  const error = gethError(frame)
  const reason = frame.error === 'revert' ? reasonText(frame.output) : undefined
  const inference = decodeInference(frame, models)
  return {
    type: frame.type,
    from: frame.from,
    ...(frame.to && !madeNothing(frame) && { to: frame.to }),
    ...(frame.type !== 'STATICCALL' && { value: toQuantity(frame.value) }),
    gas: toQuantity(frame.gas),
    gasUsed: toQuantity(frame.gasUsed),
    input: frame.input,
    ...(frame.output !== '0x' && { output: frame.output }),
    ...(error && { error }),
    ...(reason && { revertReason: reason }),
    ...(inference && { inference }),
    ...(calls.length > 0 && { calls }),
    ...(logs.length > 0 && { logs: logs.map((log) => formatLog(log, logIndices.get(log) ?? 0)) }),
  }
}

/** The address of a creation that failed is nobody's. */
function madeNothing({ type, error }: Frame): boolean {
  return error !== undefined && (type === 'CREATE' || type === 'CREATE2')
}

function formatLog({ address, topics, data, position }: FrameLog, index: number) {
  return { address, topics, data, position: toQuantity(position), index: toQuantity(index) }
}
