import type { Hex, MinedTransaction, Node, SealedBlock } from '../node/node.js'
import type { TraceOptions } from '../node/trace/trace.js'
import { ErrorCode, RpcError } from './errors.js'
import type { LabelledTrace } from './format/trace/inference.js'
import type { TracePlace } from './format/trace/parity.js'
import { label } from './labelledTrace.js'

/** A mined transaction, executed again. */
export interface TracedTransaction {
  readonly trace: LabelledTrace
  readonly mined: MinedTransaction
  readonly place: TracePlace
}

/** Traces every transaction of a block. @throws TraceLimitError */
export async function traceWholeBlock(
  node: Node,
  sealed: SealedBlock,
  options: TraceOptions,
): Promise<TracedTransaction[]> {
  const traces = await label(node, await node.traceBlock(sealed, options), { hash: sealed.hash })
  return sealed.transactions.map((mined, index) => ({
    trace: traces[index] as LabelledTrace,
    mined,
    place: placeOf(mined, sealed),
  }))
}

/**
 * Traces a mined transaction.
 * @returns undefined when there is none of this hash on the chain.
 * @throws TraceLimitError
 */
export async function traceMined(
  node: Node,
  hash: Hex,
  options: TraceOptions,
): Promise<TracedTransaction | undefined> {
  const found = await node.transaction(hash)
  if (!found || !('mined' in found)) return undefined
  const { mined, in: sealed } = found
  const traces = await node.traceBlock(sealed, options, mined.index)
  const [trace] = await label(node, traces, { hash: sealed.hash })
  return { trace: trace as LabelledTrace, mined, place: placeOf(mined, sealed) }
}

/** The same where the method cannot answer null. @throws RpcError, TraceLimitError */
export async function requireTraced(
  node: Node,
  hash: Hex,
  options: TraceOptions,
): Promise<TracedTransaction> {
  const traced = await traceMined(node, hash, options)
  if (!traced) throw transactionNotFound(hash)
  return traced
}

/** For a hash that no transaction of the chain has; one that waits in the pool ran on no state yet. */
export function transactionNotFound(hash: Hex): RpcError {
  return new RpcError(ErrorCode.server, `transaction not found: no block holds ${hash}`)
}

function placeOf(mined: MinedTransaction, sealed: SealedBlock): TracePlace {
  return {
    blockHash: sealed.hash,
    blockNumber: Number(sealed.block.header.number),
    transactionHash: mined.hash,
    transactionPosition: mined.index,
  }
}
