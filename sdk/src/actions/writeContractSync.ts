import {
  type Abi,
  type Client,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  decodeFunctionResult,
  type Hex,
  type ParseEventLogsReturnType,
  parseEventLogs,
  type TransactionReceipt,
} from 'viem'
import { getBlock } from 'viem/actions'
import { inferenceAddressOf } from '../contract.js'
import { withTypedErrors } from '../errors/node.js'
import { findCause } from '../errors/revert.js'
import { StalenessError, StalePriceError } from '../errors/staleness.js'
import type { Observation } from '../observation.js'
import { checkChain, draftWrite, firstObservation, observe, type Write } from '../write/attempt.js'
import { revertReason, TransactionRevertedError, tryTrace } from '../write/outcome.js'
import type { WaitOptions } from '../write/receipt.js'
import { sendSync } from '../write/send.js'
import { inferencesOf, type TracedInference } from './traceInferences.js'
import type { Writable, writeContract } from './writeContract.js'

/** What to do about a write that met a guard: observe the feed again and send anew, at most so many times. */
export interface OnStale {
  readonly refreshes: number
  /** Asked before each; false lets the error through. */
  readonly accept?: (error: StalenessError, fresh: Observation) => boolean | Promise<boolean>
}

/**
 * A transaction with the feel of a call: observes the feed, simulates, sends, waits, and gives back what came of it.
 * Waits in the sending request itself where the node has `eth_sendRawTransactionSync`, else by asking for the receipt.
 * @param parameters.onStale Observe again and resend, a bounded number of times, when the chain moved past the observation.
 * Default: the typed error is thrown.
 * @returns the receipt, the function's return value, its events, and the inferences with their values.
 * @throws StaleTimeError, PriceMovedError and the other errors of guards, feeds and models, mined reverts included;
 * TransactionRevertedError, TransactionReplacedError, TransactionDroppedError, ReceiptTimeoutError, WrongChainError,
 * AbiMismatchError, AbortedError, NodeFaultError
 * @example
 * const { result, inferences } = await writeContractSync(client, {
 *   address, abi, functionName: 'trade', observe: feed,
 *   args: (seen) => [[observationToWad(seen)], seen],
 *   onStale: { refreshes: 2 },
 * })
 */
export async function writeContractSync<
  const abi extends Abi | readonly unknown[],
  name extends ContractFunctionName<abi, Writable>,
>(
  client: Client,
  parameters: writeContractSync.Parameters<abi, name>,
): Promise<writeContractSync.ReturnType<abi, name>> {
  const write = parameters as unknown as Write & WaitOptions & { onStale?: OnStale }
  const chain = checkChain(client, write)
  let seen = await firstObservation(client, write, chain)
  let { nonce } = write
  for (let refreshes = 0; ; refreshes++) {
    try {
      const receipt = await runOnce(client, { ...write, nonce }, { seen, chain })
      const outcome = await readOutcome(client, write, receipt)
      return { ...outcome, receipt, observation: seen, refreshes } as never
    } catch (error) {
      const stale = await withAge(client, error)
      const fresh = await refresh(client, write, { stale, refreshes })
      if (!fresh) throw stale
      seen = fresh
      // A transaction that was mined has used the nonce that the caller chose.
      if (wasMined(error)) nonce = undefined
    }
  }
}

export declare namespace writeContractSync {
  type Parameters<
    abi extends Abi | readonly unknown[] = Abi,
    name extends ContractFunctionName<abi, Writable> = ContractFunctionName<abi, Writable>,
  > = writeContract.Parameters<abi, name> & WaitOptions & { readonly onStale?: OnStale | undefined }
  type ReturnType<
    abi extends Abi | readonly unknown[] = Abi,
    name extends ContractFunctionName<abi, Writable> = ContractFunctionName<abi, Writable>,
  > = {
    readonly hash: Hex
    readonly receipt: TransactionReceipt
    /** What the function returned in its block; undefined where the node does not trace. */
    readonly result: ContractFunctionReturnType<abi, Writable, name> | undefined
    /** The contract's own events, decoded. */
    readonly events: ParseEventLogsReturnType<abi extends Abi ? abi : Abi, undefined, true>
    /** In execution order, reverted frames included. */
    readonly inferences: readonly TracedInference[]
    /** What the transaction was built on; undefined where nothing was observed. */
    readonly observation: Observation | undefined
    /** How often a stale observation was replaced. */
    readonly refreshes: number
  }
}

async function runOnce(
  client: Client,
  write: Write & WaitOptions,
  basis: { readonly seen: Observation | undefined; readonly chain: Promise<void> },
): Promise<TransactionReceipt> {
  const draft = await draftWrite(client, write, basis)
  const receipt = await withTypedErrors(() => sendSync(client, draft, write))
  if (receipt.status !== 'success') throw await revertReason(client, receipt)
  return receipt
}

async function readOutcome(client: Client, write: Write, receipt: TransactionReceipt) {
  const { abi, address, functionName } = write
  const frame = await tryTrace(client, receipt)
  const isOwn = ({ address: emitter }: { address: string }) =>
    emitter.toLowerCase() === address.toLowerCase()
  return {
    hash: receipt.transactionHash,
    events: parseEventLogs({ abi, logs: receipt.logs.filter(isOwn) }),
    inferences: frame ? inferencesOf(frame, inferenceAddressOf(client)) : [],
    result: frame && decodeFunctionResult({ abi, functionName, data: frame.output ?? '0x' }),
  }
}

/** The contract does not tell the block's time with the age of a feed. */
async function withAge(client: Client, error: unknown): Promise<unknown> {
  if (!(error instanceof StalePriceError) || error.timestamp !== undefined) return error
  const block = await getBlock(client).catch(() => undefined)
  return block ? error.at(block.timestamp) : error
}

function wasMined(error: unknown): boolean {
  return findCause(error, (cause) => cause instanceof TransactionRevertedError) !== undefined
}

/** @returns undefined when the error is to be thrown. */
async function refresh(
  client: Client,
  write: Write & { onStale?: OnStale },
  { stale, refreshes }: { stale: unknown; refreshes: number },
): Promise<Observation | undefined> {
  const { onStale, args } = write
  if (!onStale || refreshes >= onStale.refreshes) return undefined
  // Arguments that do not depend on the observation would meet the same guard again.
  if (typeof args !== 'function') return undefined
  if (!(stale instanceof StalenessError)) return undefined
  const fresh = await observe(client, write)
  if (!fresh || onStale.accept === undefined) return fresh
  return (await onStale.accept(stale, fresh)) ? fresh : undefined
}
