import type { Client, TransactionReceipt } from 'viem'
import { call, getTransaction } from 'viem/actions'
import { BaseError } from '../errors/base.js'
import { toTypedError } from '../errors/node.js'
import { fromRevertData } from '../errors/revert.js'
import { type CallFrame, traceTransaction } from './trace.js'

/** A transaction was mined and reverted, for a reason that is none of this package's errors. */
export class TransactionRevertedError extends BaseError {
  override readonly name = 'TransactionRevertedError'

  constructor(
    readonly receipt: TransactionReceipt,
    cause?: unknown,
  ) {
    super(`Transaction ${receipt.transactionHash} reverted in block ${receipt.blockNumber}.`, {
      remedy: 'The state changed after it was simulated; simulate it again to see why.',
      cause,
    })
  }
}

/** @throws TransactionRevertedError */
export function checkSuccess(receipt: TransactionReceipt): TransactionReceipt {
  if (receipt.status !== 'success') throw new TransactionRevertedError(receipt)
  return receipt
}

/** The calls of a mined transaction; undefined where the node does not trace. */
export async function tryTrace(
  client: Client,
  { transactionHash }: TransactionReceipt,
): Promise<CallFrame | undefined> {
  return traceTransaction(client, transactionHash).catch(() => undefined)
}

/** Why a mined transaction reverted: by its trace, else by a call on the state that its block left. */
export async function revertReason(client: Client, receipt: TransactionReceipt): Promise<unknown> {
  const frame = await tryTrace(client, receipt)
  const cause = new TransactionRevertedError(receipt)
  if (frame) return (frame.output && fromRevertData(frame.output, cause)) ?? cause
  const { transactionHash: hash, blockNumber } = receipt
  try {
    const { from: account, to, input: data, value } = await getTransaction(client, { hash })
    await call(client, { account, to, data, value, blockNumber })
    return cause
  } catch (error) {
    const reason = toTypedError(error)
    return reason === error ? new TransactionRevertedError(receipt, error) : reason
  }
}
