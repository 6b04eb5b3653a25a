import { describeDivergence } from '../compare/divergence.js'
import type { EngineOutcome, ReplayOutcome } from '../outcome.js'
import { workOf } from './work.js'

/** What came of a replay, for people at a terminal. */
export function terminal({ bundle, engines, minimal }: ReplayOutcome): string {
  const lines = [`Bundle  ${bundle}`, ...engines.flatMap(engineLines)]
  if (minimal !== undefined) lines.push(`A bundle up to the divergence is in ${minimal}.`)
  return lines.join('\n')
}

function engineLines(outcome: EngineOutcome): string[] {
  const name = outcome.engine.padEnd(9)
  if (!('execution' in outcome)) return [`${name} ${outcome.status}: ${outcome.reason}`]
  const { divergence } = outcome.execution
  if (!divergence) return [`${name} same: ${workOf(outcome.execution)}`]
  return [`${name} DIVERGED`, ...describeDivergence(divergence).map((line) => `  ${line}`)]
}
