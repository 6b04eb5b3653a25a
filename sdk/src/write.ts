import type { Client, Hex, TransactionReceipt } from 'viem'
import { simulateContract, waitForTransactionReceipt } from 'viem/actions'
import { BaseError } from './errors/base.js'
import { withTypedErrors } from './errors/node.js'

/** How long to wait for a receipt. */
export interface WaitOptions {
  readonly confirmations?: number | undefined
  readonly pollingInterval?: number | undefined
  /** Milliseconds. */
  readonly timeout?: number | undefined
}

/** A transaction was mined and reverted. */
export class TransactionRevertedError extends BaseError {
  override readonly name = 'TransactionRevertedError'

  constructor(readonly receipt: TransactionReceipt) {
    super(`Transaction ${receipt.transactionHash} reverted in block ${receipt.blockNumber}.`, {
      remedy: 'The state changed after it was simulated; simulate it again to see why.',
    })
  }
}

/** Simulates a write, so that a revert carries its typed error before anything is sent. */
export async function simulateWrite(client: Client, request: object): Promise<void> {
  await simulateContract(client, request as never)
}

/** Waits for a transaction's receipt. */
export async function waitForReceipt(
  client: Client,
  hash: Hex,
  options: WaitOptions,
): Promise<TransactionReceipt> {
  const { confirmations, pollingInterval, timeout } = options
  return withTypedErrors(() =>
    waitForTransactionReceipt(client, {
      hash,
      ...(confirmations !== undefined && { confirmations }),
      ...(pollingInterval !== undefined && { pollingInterval }),
      ...(timeout !== undefined && { timeout }),
    }),
  )
}

/** @throws TransactionRevertedError */
export function checkSuccess(receipt: TransactionReceipt): TransactionReceipt {
  if (receipt.status !== 'success') throw new TransactionRevertedError(receipt)
  return receipt
}
