import type { Execution } from '../execute.js'

/** What an execution did, in a clause. */
export function workOf(execution: Execution): string {
  const { blocks, transactions, inferences, runs, accounts, device, seconds } = execution
  const parts = [`${blocks} blocks`, `${transactions} transactions`, `${inferences} inferences`]
  if (runs) parts.push(`runs: ${runs.exact} exact, ${runs.pinned} pinned on wasm`)
  if (runs && runs.exactOnWasm > 0) {
    parts.push(`${runs.exactOnWasm} runs left to wasm for want of a kernel`)
  }
  if (accounts !== undefined) parts.push(`${accounts} accounts alike`)
  if (device !== undefined) parts.push(`on ${device}`)
  return `${parts.join(', ')} in ${seconds.toFixed(2)} s`
}
