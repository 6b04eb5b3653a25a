import type { Address } from 'viem'

/** What a guard or a feed refuses with: a Solidity error and its arguments. */
export class Refusal extends Error {
  constructor(
    readonly errorName: string,
    readonly args: readonly unknown[],
  ) {
    super(`${errorName}(${args.join(', ')})`)
  }
}

export interface Observation {
  readonly value: bigint
  readonly decimals: number
  readonly roundId: bigint
  readonly time: bigint
  readonly blockNumber: bigint
}

export interface Block {
  readonly time: bigint
  readonly number: bigint
}

/** The words that a source answers, none where it fails. */
export type Words = readonly bigint[] | undefined

const bps = 10_000n

export function requireTime(block: Block, time: bigint, maxAgeSeconds: bigint): void {
  if (time > block.time) throw new Refusal('FutureTime', [time, block.time])
  if (time + maxAgeSeconds < block.time)
    throw new Refusal('StaleTime', [time, block.time, maxAgeSeconds])
}

export function requireBlock(block: Block, observed: bigint, maxBlocks: bigint): void {
  if (observed > block.number) throw new Refusal('FutureBlock', [observed, block.number])
  if (observed + maxBlocks < block.number)
    throw new Refusal('StaleBlock', [observed, block.number, maxBlocks])
}

export function requireDeadline(block: Block, deadline: bigint): void {
  if (block.time > deadline) throw new Refusal('DeadlinePassed', [deadline, block.time])
}

export function requireDeviation(observed: bigint, current: bigint, maxBps: bigint): void {
  if (magnitude(observed - current) * bps > magnitude(observed) * maxBps)
    throw new Refusal('PriceMoved', [observed, current, maxBps])
}

export function toWad({ value, decimals }: Observation): bigint {
  const wad = decimals > 18 ? undefined : value * 10n ** BigInt(18 - decimals)
  if (wad === undefined || BigInt.asIntN(256, wad) !== wad)
    throw new Refusal('ObservationOutOfRange', [value, decimals])
  return wad
}

export interface Chainlink {
  readonly address: Address
  readonly heartbeat: bigint
  /** `latestRoundData`. */
  readonly round: Words
  readonly decimals: Words
  readonly sequencer?: { readonly address: Address; readonly round: Words; readonly grace: bigint }
}

export function readChainlink(block: Block, feed: Chainlink): Observation {
  if (feed.sequencer) requireSequencer(block, feed.sequencer)
  const { address: source, heartbeat } = feed
  const [id, answer, , updatedAt, answeredIn] = words(feed.round, 5, source) as Five
  const roundId = uint(80, id)
  const value = BigInt.asIntN(256, answer)
  if (updatedAt === 0n || uint(80, answeredIn) < roundId)
    throw new Refusal('IncompleteRound', [source, roundId])
  if (value <= 0n) throw new Refusal('InvalidPrice', [source, value])
  if (updatedAt > block.time) throw new Refusal('FuturePrice', [source, updatedAt, block.time])
  if (updatedAt + heartbeat < block.time)
    throw new Refusal('StalePrice', [source, updatedAt, heartbeat])
  const decimals = chainlinkDecimals(feed)
  return { value, decimals, roundId, time: updatedAt, blockNumber: block.number }
}

function requireSequencer(block: Block, { address, round, grace }: Sequencer): void {
  const [, answer, since] = words(round, 5, address) as Five
  const isUp = answer === 0n && since !== 0n && since <= block.time
  if (!isUp || since + grace >= block.time)
    throw new Refusal('SequencerDown', [address, since, grace])
}

type Sequencer = NonNullable<Chainlink['sequencer']>
type Five = [bigint, bigint, bigint, bigint, bigint]

function chainlinkDecimals({ address, decimals }: Chainlink): number {
  const [count] = words(decimals, 1, address) as [bigint]
  if (count > 18n) throw new Refusal('UnsupportedDecimals', [address, BigInt.asIntN(256, count)])
  return Number(count)
}

function isForged(feed: Chainlink, past: Words, seen: Observation): boolean {
  if (!past || past.length < 5) return true
  const [id, answer, , updatedAt] = past as Five
  const isSame =
    uint(80, id) === seen.roundId &&
    BigInt.asIntN(256, answer) === seen.value &&
    updatedAt === seen.time
  return !isSame || chainlinkDecimals(feed) !== seen.decimals
}

export interface Bounds {
  readonly maxAgeSeconds: bigint
  readonly maxBlocks: bigint
  readonly maxDeviationBps: number
  readonly inputIndex: bigint
}

export interface Sight {
  readonly seen: Observation
  readonly bounds: Bounds
  readonly x: readonly bigint[]
  /** What the feed's `getRoundData` says of the observed round. */
  readonly past: Words
}

/** Through a Chainlink feed; `feedAddress` is what errors call the feed. */
export function requireFresh(
  block: Block,
  feed: Chainlink,
  { seen, bounds, x, past }: Sight,
  feedAddress: Address,
): Observation {
  requireTime(block, seen.time, bounds.maxAgeSeconds)
  requireBlock(block, seen.blockNumber, bounds.maxBlocks)
  const observed = toWad(seen)
  const { inputIndex } = bounds
  const held = inputIndex < x.length ? x[Number(inputIndex)] : undefined
  if (held === undefined) throw new Refusal('InputTooShort', [inputIndex, BigInt(x.length)])
  if (held !== observed) throw new Refusal('ObservationMismatch', [inputIndex, observed, held])
  if (isForged(feed, past, seen))
    throw new Refusal('ObservationForged', [feedAddress, seen.roundId, seen.time])
  const price = readChainlink(block, feed)
  requireDeviation(observed, toWad(price), BigInt(bounds.maxDeviationBps))
  return price
}

export interface Pyth {
  readonly address: Address
  readonly maxAgeSeconds: bigint
  readonly maxConfidenceBps: bigint
  /** `getPriceUnsafe`. */
  readonly price: Words
}

export function readPyth(block: Block, feed: Pyth): Observation {
  const { address: source, maxAgeSeconds, maxConfidenceBps } = feed
  const [price, conf, expo, time] = words(feed.price, 4, source) as [bigint, bigint, bigint, bigint]
  const [value, confidence] = [BigInt.asIntN(64, price), uint(64, conf)]
  const exponent = BigInt.asIntN(32, expo)
  if (time >= 2n ** 64n) throw new Refusal('SourceFailed', [source])
  if (value <= 0n) throw new Refusal('InvalidPrice', [source, value])
  if (time > block.time + maxAgeSeconds)
    throw new Refusal('FuturePrice', [source, time, block.time])
  if (time + maxAgeSeconds < block.time)
    throw new Refusal('StalePrice', [source, time, maxAgeSeconds])
  if (confidence * bps > value * maxConfidenceBps)
    throw new Refusal('PriceUncertain', [source, value, confidence, maxConfidenceBps])
  if (magnitude(exponent) > 18n) throw new Refusal('UnsupportedDecimals', [source, -exponent])
  const scaled = exponent > 0n ? value * 10n ** exponent : value
  const decimals = exponent > 0n ? 0 : Number(-exponent)
  return { value: scaled, decimals, roundId: 0n, time, blockNumber: block.number }
}

/** The mean tick of a window from two sums of ticks, which the pool lets wrap around at 56 bits. */
export function meanTick(earlier: bigint, later: bigint, windowSeconds: bigint): bigint {
  const sum = BigInt.asIntN(56, BigInt.asIntN(56, later) - BigInt.asIntN(56, earlier))
  const quotient = sum / windowSeconds
  return sum < 0n && quotient * windowSeconds !== sum ? quotient - 1n : quotient
}

const precision = 512n

/** 1.0001^tick · scale between two integers, for a relative error of at most 2^−58. */
export function priceBounds(tick: bigint, scale: bigint): { low: bigint; high: bigint } {
  let power = 1n << precision
  let base = (10_001n << precision) / 10_000n
  for (let rest = magnitude(tick); rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = (power * base) >> precision
    base = (base * base) >> precision
  }
  if (tick < 0n) power = (1n << (2n * precision)) / power
  const exact = power * scale
  const slack = exact >> 58n
  return { low: (exact - slack) >> precision, high: ((exact + slack) >> precision) + 1n }
}

function words(answer: Words, count: number, source: Address): readonly bigint[] {
  if (!answer || answer.length < count) throw new Refusal('SourceFailed', [source])
  return answer
}

function uint(bits: number, word: bigint): bigint {
  return BigInt.asUintN(bits, word)
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}
