import {
  type Address,
  type Client,
  decodeFunctionResult,
  ExecutionRevertedError,
  encodeFunctionData,
  type Hex,
} from 'viem'
import { call, getBlock } from 'viem/actions'
import { feedAbi } from '../abis.js'
import { type ReadOptions, readOptionsOf } from '../contract.js'
import { FeedError, SourceFailedError } from '../errors/feed.js'
import { toTypedError } from '../errors/node.js'
import { findCause, toInferenceRevert } from '../errors/revert.js'
import { StalePriceError } from '../errors/staleness.js'
import type { Observation } from '../observation.js'

/**
 * Observes a guarded feed: `ChainlinkFeed`, `PythFeed`, `UniswapV3Feed`, or any other `IFeed`.
 * @param parameters.feed The contract in front of the source, the one that the guard names.
 * @returns what travels to the contract as its `Observation`.
 * @throws StalePriceError with the age in seconds, InvalidPriceError, SequencerDownError and the other errors of a feed;
 * SourceFailedError when the address does not answer as a feed does.
 * @example
 * const seen = await observeFeed(client, { feed })
 */
export async function observeFeed(
  client: Client,
  parameters: observeFeed.Parameters,
): Promise<observeFeed.ReturnType> {
  const { feed, ...options } = parameters
  const read = readOptionsOf(options)
  const data = encodeFunctionData({ abi: feedAbi, functionName: 'read' })
  const answer = await call(client, { ...read, to: feed, data }).catch(async (error) => {
    throw await toFeedError(client, { feed, read }, error)
  })
  return decodeObservation(feed, answer.data ?? '0x')
}

export declare namespace observeFeed {
  type Parameters = ReadOptions & { readonly feed: Address }
  type ReturnType = Observation
}

function decodeObservation(feed: Address, data: Hex): Observation {
  try {
    return decodeFunctionResult({ abi: feedAbi, functionName: 'read', data })
  } catch (error) {
    throw new SourceFailedError(feed, error)
  }
}

async function toFeedError(
  client: Client,
  { feed, read }: { feed: Address; read: Record<string, unknown> },
  error: unknown,
): Promise<unknown> {
  const revert = toInferenceRevert(error)
  if (revert instanceof StalePriceError) {
    const { timestamp } = await getBlock(client, read)
    return revert.at(timestamp)
  }
  if (revert instanceof FeedError) return revert
  const reverted = findCause(error, (cause) => cause instanceof ExecutionRevertedError)
  return reverted ? new SourceFailedError(feed, error) : toTypedError(error)
}
