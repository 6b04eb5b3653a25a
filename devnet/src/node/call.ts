import type { Block, BlockHeader } from '@ethereumjs/block'
import type { TypedTransaction } from '@ethereumjs/tx'
import type { RunTxResult } from '@ethereumjs/vm'
import { callBlock, callGas, callTransaction } from './callTransaction.js'
import { executeCall } from './execute.js'
import type { BlockOverrides, CallOutcome, CallRequest, StateOverrides } from './node.js'
import { overrideState } from './overrides.js'
import type { Standpoint } from './standpoint.js'
import type { View } from './view.js'

export interface CallOverrides {
  readonly state?: StateOverrides
  readonly block?: BlockOverrides
}

/** A call, ready to run on a view. */
export interface PreparedCall {
  readonly view: View
  readonly block: Block
  readonly tx: TypedTransaction
}

/**
 * @param view which may hold what other calls did.
 * @param header of the block that the call follows.
 * @throws InvalidCallError when no transaction can have these fields.
 */
export async function prepareCall(
  view: View,
  header: BlockHeader,
  request: CallRequest,
  overrides: CallOverrides = {},
): Promise<PreparedCall> {
  if (overrides.state) await overrideState(view.state, overrides.state)
  const block = callBlock(request, header, view.common, overrides.block)
  const gas = callGas(request, header, block)
  return { view, block, tx: callTransaction(request, block, gas, view.common) }
}

/**
 * Executes a call after a block, as a transaction that no block will hold.
 * @throws InvalidCallError, PoolError, NodeFaultError
 */
export async function call(
  at: Standpoint,
  request: CallRequest,
  overrides: CallOverrides = {},
): Promise<CallOutcome & { result: RunTxResult }> {
  return at.lend(async (view) => {
    const { tx, block } = await prepareCall(view, at.header, request, overrides)
    return executeCall(view, tx, block)
  })
}
