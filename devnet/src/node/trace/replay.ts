import { bytesToHex, createAddressFromString } from '@ethereumjs/util'
import type { RunTxResult } from '@ethereumjs/vm'
import { BlockNotFoundError } from '../errors.js'
import { runTransaction } from '../execute.js'
import type { Ledger } from '../ledger.js'
import { lendNew } from '../lentViews.js'
import type { MinedTransaction, SealedBlock } from '../node.js'
import type { Standpoint } from '../standpoint.js'
import { writeAncestry } from '../systemCalls.js'
import { withSender } from '../transaction.js'
import type { View } from '../view.js'
import type { Budget } from './budget.js'

/**
 * A view on the state that the first transaction of a block found.
 * @throws BlockNotFoundError when the block before it has left the chain.
 */
export async function viewBefore(ledger: Ledger, { block }: SealedBlock): Promise<View> {
  const { header } = block
  const parent = ledger.chain.block({ hash: bytesToHex(header.parentHash) })
  if (!parent) throw new BlockNotFoundError({ hash: bytesToHex(header.parentHash) })
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

/** Executes a transaction of a block on a view on which those before it ran. */
export function rerun(
  view: View,
  { block, transactions }: SealedBlock,
  mined: MinedTransaction,
): Promise<RunTxResult> {
  const before = transactions[mined.index - 1]?.receipt.cumulativeGasUsed ?? 0n
  const tx = withSender(mined.tx, createAddressFromString(mined.from))
  return runTransaction(view, tx, block, {
    transactionIndex: mined.index,
    blockGasUsed: before,
    checksNonce: true,
    reportsAccessList: true,
  })
}

/** Executes the first transactions of a block, for what follows them. */
export async function rerunFirst(
  view: View,
  sealed: SealedBlock,
  count: number,
  budget: Budget,
): Promise<void> {
  for (const mined of sealed.transactions.slice(0, count)) {
    await rerun(view, sealed, mined)
    if (budget.isTurnOver()) await budget.yield()
  }
}

/** The state within a block, after so many of its transactions. */
export async function standWithin(
  ledger: Ledger,
  sealed: SealedBlock,
  count: number,
  budget: Budget,
): Promise<Standpoint> {
  const view = await viewBefore(ledger, sealed)
  await rerunFirst(view, sealed, count, budget)
  const open = () => view.fork()
  return { header: sealed.block.header, open, lend: lendNew(open), read: () => view.state }
}
