import type { Client } from 'viem'
import { getBlock } from 'viem/actions'
import { withTypedErrors } from '../errors/node.js'
import {
  FutureBlockError,
  FutureTimeError,
  PriceMovedError,
  StaleBlockError,
  StaleTimeError,
} from '../errors/staleness.js'
import { type Observation, observationToWad } from '../observation.js'

/**
 * The caller's own bounds, checked before anything is signed. What the contract's guard allows holds besides. Every bound
 * holds at its edge.
 */
export interface CallerGuard {
  /** The most seconds since the observation's time. */
  readonly maxAgeSeconds?: number | undefined
  /** The most blocks since the observation's block. */
  readonly maxBlocks?: number | undefined
  /** The most that the price may have moved since, in hundredths of a percent of the observed one. */
  readonly maxDeviationBps?: number | undefined
}

/**
 * Checks an observation against the latest block, and the price that it saw against the one that the feed gives now.
 * @throws StaleTimeError, FutureTimeError, StaleBlockError, FutureBlockError, PriceMovedError
 */
export async function requireFresh(
  client: Client,
  guard: CallerGuard,
  { seen, current }: { readonly seen: Observation; readonly current: Observation },
): Promise<void> {
  const { maxAgeSeconds, maxBlocks, maxDeviationBps } = guard
  const { number, timestamp } = await withTypedErrors(() => getBlock(client))
  if (maxAgeSeconds !== undefined) requireTime(seen.time, timestamp, BigInt(maxAgeSeconds))
  if (maxBlocks !== undefined) requireBlock(seen.blockNumber, number, BigInt(maxBlocks))
  if (maxDeviationBps === undefined) return
  requireDeviation(observationToWad(seen), observationToWad(current), BigInt(maxDeviationBps))
}

function requireTime(time: bigint, timestamp: bigint, maxAgeSeconds: bigint): void {
  if (time > timestamp) throw new FutureTimeError(time, timestamp)
  if (timestamp - time > maxAgeSeconds) throw new StaleTimeError(time, timestamp, maxAgeSeconds)
}

function requireBlock(observed: bigint, current: bigint, maxBlocks: bigint): void {
  if (observed > current) throw new FutureBlockError(observed, current)
  if (current - observed > maxBlocks) throw new StaleBlockError(observed, current, maxBlocks)
}

function requireDeviation(observed: bigint, current: bigint, maxDeviationBps: bigint): void {
  const moved = magnitude(current - observed) * 10_000n
  if (moved > magnitude(observed) * maxDeviationBps)
    throw new PriceMovedError(observed, current, maxDeviationBps)
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}
