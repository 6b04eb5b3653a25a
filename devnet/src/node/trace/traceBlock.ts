import { createAddressFromString } from '@ethereumjs/util'
import { BlockNotFoundError } from '../errors.js'
import { runTransaction } from '../execute.js'
import type { Ledger } from '../ledger.js'
import type { MinedTransaction, SealedBlock } from '../node.js'
import { writeAncestry } from '../systemCalls.js'
import { withSender } from '../transaction.js'
import type { View } from '../view.js'
import type { Budget } from './budget.js'
import { type Trace, type TraceOptions, Tracer } from './trace.js'

/**
 * Executes the transactions of a block again, on the state that they ran on.
 * @param only position of the one to trace; those before it run untraced, those after it not at all.
 */
export async function traceBlock(
  ledger: Ledger,
  sealed: SealedBlock,
  options: TraceOptions,
  budget: Budget,
  only?: number,
): Promise<Trace[]> {
  if (sealed.transactions.length === 0) return []
  const view = await viewBefore(ledger, sealed)
  const traces: Trace[] = []
  let tracer: Tracer | undefined
  for (const mined of sealed.transactions) {
    const execute = () => rerun(view, sealed, mined)
    if (only !== undefined && mined.index < only) {
      await execute()
      if (budget.isTurnOver()) await budget.yield()
      continue
    }
    tracer ??= new Tracer(view, options, budget)
    traces.push(await tracer.trace(mined.tx, sealed.block, execute))
    if (mined.index === only) break
  }
  return traces
}

/** A view on the state that the first transaction of a block found. */
async function viewBefore(ledger: Ledger, { block }: SealedBlock): Promise<View> {
  const { header } = block
  const parent = ledger.chain.block(header.number - 1n)
  if (!parent) throw new BlockNotFoundError(header.number - 1n)
  const view = await ledger.view(ledger.chain.stateRoot(parent), block.common)
  await view.evm.journal.checkpoint()
  await writeAncestry(view, {
    number: header.number,
    timestamp: header.timestamp,
    parentHash: header.parentHash,
    parentBeaconBlockRoot: header.parentBeaconBlockRoot ?? new Uint8Array(32),
  })
  await view.evm.journal.commit()
  return view
}

function rerun(view: View, { block, transactions }: SealedBlock, mined: MinedTransaction) {
  const before = transactions[mined.index - 1]?.receipt.cumulativeGasUsed ?? 0n
  const tx = withSender(mined.tx, createAddressFromString(mined.from))
  return runTransaction(view, tx, block, {
    transactionIndex: mined.index,
    blockGasUsed: before,
    checksNonce: true,
    reportsAccessList: true,
  })
}
