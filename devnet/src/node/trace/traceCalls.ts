import { type CallOverrides, prepareCall } from '../call.js'
import { runCall } from '../execute.js'
import type { CallRequest } from '../node.js'
import type { Standpoint } from '../standpoint.js'
import type { Budget } from './budget.js'
import { type Trace, type TraceOptions, Tracer } from './trace.js'

/**
 * Executes calls one after another, each on the state that the one before it left.
 * @param overrides of the state and the block that they start from.
 * @throws InvalidCallError, PoolError, NodeFaultError, TraceLimitError
 */
export async function traceCalls(
  at: Standpoint,
  requests: readonly CallRequest[],
  options: TraceOptions,
  budget: Budget,
  overrides: CallOverrides = {},
): Promise<Trace[]> {
  const view = await at.open()
  const tracer = new Tracer(view, options, budget)
  const traces: Trace[] = []
  for (const [index, request] of requests.entries()) {
    const { state, ...rest } = overrides
    const { tx, block } = await prepareCall(
      view,
      at.header,
      request,
      index === 0 ? overrides : rest,
    )
    traces.push(await tracer.trace(tx, block, () => runCall(view, tx, block)))
  }
  return traces
}
