import type { Ledger } from '../ledger.js'
import type { SealedBlock } from '../node.js'
import type { Budget } from './budget.js'
import { rerun, rerunFirst, viewBefore } from './replay.js'
import { type Trace, type TraceOptions, Tracer } from './trace.js'

/**
 * Executes the transactions of a block again, on the state that they ran on.
 * @param only position of the one to trace; those before it run untraced, those after it not at all.
 * @throws TraceLimitError, BlockNotFoundError
 */
export async function traceBlock(
  ledger: Ledger,
  sealed: SealedBlock,
  options: TraceOptions,
  budget: Budget,
  only?: number,
): Promise<Trace[]> {
  const traced = sealed.transactions.slice(only ?? 0, only === undefined ? undefined : only + 1)
  if (traced.length === 0) return []
  const view = await viewBefore(ledger, sealed)
  await rerunFirst(view, sealed, only ?? 0, budget)
  const tracer = new Tracer(view, options, budget)
  const traces: Trace[] = []
  for (const mined of traced) {
    traces.push(await tracer.trace(mined.tx, sealed.block, () => rerun(view, sealed, mined)))
  }
  return traces
}
