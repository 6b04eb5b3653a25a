import type { Block } from '@ethereumjs/block'
import type { TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex } from '@ethereumjs/util'
import { type RunTxResult, runTx } from '@ethereumjs/vm'
import { toNodeFault } from './inference.js'
import { toLogs } from './logs.js'
import type { CallOutcome } from './node.js'
import { checkDemands, checkFunds, checkTransaction } from './validate.js'
import type { View } from './view.js'

/** What to report of an execution, and where in a block it stands. */
export interface RunOptions {
  readonly transactionIndex?: number
  /** Gas that the block used before. */
  readonly blockGasUsed?: bigint
  /** Off for calls: they have no place in their sender's sequence. */
  readonly checksNonce?: boolean
  readonly reportsAccessList?: boolean
}

/**
 * Runs a transaction on a view. After a fault the view holds a state that no other node would reach.
 * @throws NodeFaultError when this node failed; throw the view away.
 */
export async function runTransaction(
  view: View,
  tx: TypedTransaction,
  block: Block,
  options: RunOptions = {},
): Promise<RunTxResult> {
  view.recorder.begin(options.transactionIndex ?? 0)
  let result: RunTxResult
  try {
    await view.state.disguise(tx.getSenderAddress())
    result = await runTx(view.vm, {
      tx,
      block,
      blockGasUsed: options.blockGasUsed ?? 0n,
      skipNonce: !options.checksNonce,
      skipBlockGasLimitValidation: !options.checksNonce,
      skipHardForkValidation: true,
      reportAccessList: options.reportsAccessList ?? false,
    })
  } catch (cause) {
    view.recorder.fault ??= toNodeFault(cause)
    throw view.recorder.fault
  } finally {
    view.state.reveal()
  }
  if (view.recorder.fault) throw view.recorder.fault
  return result
}

/**
 * Calls, as a transaction that no block will hold, on a view that is lent.
 * @throws PoolError when the sender cannot pay, or the gas does not cover the transaction itself.
 * @throws NodeFaultError
 */
export async function executeCall(
  view: View,
  tx: TypedTransaction,
  block: Block,
): Promise<CallOutcome & { result: RunTxResult }> {
  await checkCall(view, tx, block)
  const result = await runTransaction(view, tx, block, { reportsAccessList: true })
  return outcomeOf(view, result)
}

/**
 * Calls, and leaves what the call did to the next call on the view.
 * @throws PoolError, NodeFaultError like executeCall
 */
export async function runCall(
  view: View,
  tx: TypedTransaction,
  block: Block,
): Promise<RunTxResult> {
  await checkCall(view, tx, block)
  return runTransaction(view, tx, block, { reportsAccessList: true })
}

/** What is told of a call that ran on a view. */
export function outcomeOf(view: View, result: RunTxResult): CallOutcome & { result: RunTxResult } {
  const { exceptionError, returnValue, logs } = result.execResult
  return {
    success: exceptionError === undefined,
    returnData: bytesToHex(returnValue),
    gasUsed: result.totalGasSpent,
    ...(exceptionError && { exception: exceptionError.error }),
    logs: toLogs(exceptionError ? [] : logs, 0, 0),
    inferences: view.recorder.inferences,
    consoleCalls: view.console.take(),
    result,
  }
}

async function checkCall(view: View, tx: TypedTransaction, block: Block): Promise<void> {
  checkTransaction(tx, view.common)
  checkDemands(tx, {
    gasLimit: tx.gasLimit,
    baseFee: block.header.baseFeePerGas ?? 0n,
    blobBaseFee: 0n,
  })
  checkFunds(tx, await view.state.getAccount(tx.getSenderAddress()))
}
