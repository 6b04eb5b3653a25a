import type { Execution } from '../execute.js'

/** What an execution did, in a clause. */
export function workOf(execution: Execution): string {
  const { blocks, transactions, inferences, runs, device, seconds } = execution
  const { pinned, exact, exactOnWasm } = runs
  const parts = [
    `${blocks} blocks`,
    `${transactions} transactions`,
    `${inferences} inferences (runs: ${exact} exact, ${pinned} pinned on wasm)`,
  ]
  if (exactOnWasm > 0) parts.push(`${exactOnWasm} runs left to wasm for want of a kernel`)
  if (device !== undefined) parts.push(`on ${device}`)
  return `${parts.join(', ')} in ${seconds.toFixed(2)} s`
}
