import { type InferenceTensors, NodeFaultError } from '@lockstep/precompile'
import type { Ledger } from './ledger.js'
import type { SealedBlock } from './node.js'
import type { Budget } from './trace/budget.js'
import { rerun, viewBefore } from './trace/replay.js'

/**
 * What the models of a block were given and gave, in the order of its inferences: found by executing it again.
 * @throws NodeFaultError where that gives other inferences than the block commits to.
 * @throws TraceLimitError, BlockNotFoundError
 */
export async function inferenceTensors(
  ledger: Ledger,
  sealed: SealedBlock,
  budget: Budget,
): Promise<InferenceTensors[]> {
  const last = sealed.inferences.at(-1)?.transactionIndex
  if (last === undefined) return []
  const view = await viewBefore(ledger, sealed)
  view.recorder.keepsTensors = true
  const tensors: InferenceTensors[] = []
  const hashes: string[] = []
  for (const mined of sealed.transactions.slice(0, last + 1)) {
    await rerun(view, sealed, mined)
    tensors.push(...view.recorder.tensors)
    hashes.push(...view.recorder.inferences.map(({ outputHash }) => outputHash))
    if (budget.isTurnOver()) await budget.yield()
  }
  const differing = sealed.inferences.findIndex(({ outputHash }, i) => outputHash !== hashes[i])
  if (differing === -1 && hashes.length === sealed.inferences.length) return tensors
  throw new NodeFaultError(
    `Executing block ${sealed.block.header.number} again gives another inference ${differing} than it commits to.`,
    { remedy: 'This machine does not compute what it computed before: look at its memory.' },
  )
}
