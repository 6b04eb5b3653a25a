import { prepareCall } from './call.js'
import { outcomeOf, runCall } from './execute.js'
import type { BlockOverrides, CallOutcome, CallRequest, StateOverrides } from './node.js'
import type { Standpoint } from './standpoint.js'
import type { Budget } from './trace/budget.js'

/** Calls under one header. */
export interface CallBundle {
  readonly requests: readonly CallRequest[]
  /** What they see of the block instead of what it has. */
  readonly block?: BlockOverrides
}

/**
 * Calls one after another, each on the state that the one before it left, across bundles.
 * @param state what the first of them sees instead of the state.
 * @returns what came of them, bundle by bundle.
 * @throws InvalidCallError, PoolError, NodeFaultError, TraceLimitError
 */
export async function callMany(
  at: Standpoint,
  bundles: readonly CallBundle[],
  budget: Budget,
  state: StateOverrides = {},
): Promise<CallOutcome[][]> {
  const view = await at.open()
  const outcomes: CallOutcome[][] = []
  let pending: StateOverrides | undefined = state
  for (const { requests, block } of bundles) {
    const done: CallOutcome[] = []
    for (const request of requests) {
      const overrides = { ...(pending && { state: pending }), ...(block && { block }) }
      const prepared = await prepareCall(view, at.header, request, overrides)
      pending = undefined
      const { result: _, ...outcome } = outcomeOf(
        view,
        await runCall(view, prepared.tx, prepared.block),
      )
      done.push(outcome)
      if (budget.isTurnOver()) await budget.yield()
    }
    outcomes.push(done)
  }
  return outcomes
}
