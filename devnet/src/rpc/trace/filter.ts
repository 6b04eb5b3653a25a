import type { Hex } from '../../node/node.js'
import { address, type Codec, CodecError, integer, list, object, uint64 } from '../codec.js'
import type { ParityTrace } from '../format/trace/parity.js'

/** Which traces: those of blocks, of calls from or to any of the addresses, and a part of what is found. */
export interface TraceFilter {
  readonly fromBlock?: bigint
  readonly toBlock?: bigint
  /** All, where it is empty. */
  readonly fromAddress?: readonly Hex[]
  readonly toAddress?: readonly Hex[]
  /** Whether a call must match one of the two lists, or both. Default `union`. */
  readonly mode?: 'union' | 'intersection'
  readonly after?: number
  readonly count?: number
}

const modes = ['union', 'intersection'] as const

const mode: Codec<'union' | 'intersection'> = (value) => {
  const found = modes.find((name) => name === value)
  if (!found) throw new CodecError(`one of ${modes.join(', ')}`, value)
  return found
}

/** A filter as trace_filter takes it. */
export const traceFilter: Codec<TraceFilter> = object({
  fromBlock: uint64,
  toBlock: uint64,
  fromAddress: list(address, 1_000),
  toAddress: list(address, 1_000),
  mode,
  after: integer(0, Number.MAX_SAFE_INTEGER),
  count: integer(0, Number.MAX_SAFE_INTEGER),
}) as Codec<TraceFilter>

/** Whether a trace is one that the filter asks for. */
export function matchesTrace(trace: ParityTrace, filter: TraceFilter): boolean {
  const { fromAddress = [], toAddress = [], mode = 'union' } = filter
  const { from, to } = endsOf(trace)
  const isFrom = fromAddress.includes(from)
  const isTo = to !== undefined && toAddress.includes(to)
  if (fromAddress.length === 0) return toAddress.length === 0 || isTo
  if (toAddress.length === 0) return isFrom
  return mode === 'union' ? isFrom || isTo : isFrom && isTo
}

/** Who called whom, or made what. */
export function endsOf({ action, result }: ParityTrace): { from: Hex; to: Hex | undefined } {
  if ('refundAddress' in action) return { from: action.address, to: action.refundAddress }
  if ('init' in action) {
    return { from: action.from, to: result && 'address' in result ? result.address : undefined }
  }
  return { from: action.from, to: action.to }
}
