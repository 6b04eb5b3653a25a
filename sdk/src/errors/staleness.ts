import type { Address } from 'viem'
import { fromWad } from '../wad.js'
import { InferenceRevertError } from './inferenceRevert.js'

const observeAgain = 'Observe the feed again and send the transaction anew, or let `onStale` do it.'
const bps = 10_000n

/** The chain has moved past what the caller saw: a fresh observation may pass where this one did not. */
export class StalenessError extends InferenceRevertError {
  override readonly name: string = 'StalenessError'
}

/** An observation older than the guard allows. */
export class StaleTimeError extends StalenessError {
  override readonly name = 'StaleTimeError'
  readonly ageSeconds: bigint

  /**
   * @param time When the observed price held, in seconds since the epoch.
   * @param timestamp The block's time.
   */
  constructor(
    readonly time: bigint,
    readonly timestamp: bigint,
    readonly maxAgeSeconds: bigint,
    cause?: unknown,
  ) {
    const ageSeconds = timestamp - time
    super('StaleTime', `The observation is ${ageSeconds} s old, of at most ${maxAgeSeconds} s.`, {
      remedy: observeAgain,
      cause,
    })
    this.ageSeconds = ageSeconds
  }
}

/** An observation of a time that the chain has not reached. */
export class FutureTimeError extends StalenessError {
  override readonly name = 'FutureTimeError'
  readonly aheadSeconds: bigint

  constructor(
    readonly time: bigint,
    readonly timestamp: bigint,
    cause?: unknown,
  ) {
    const aheadSeconds = time - timestamp
    super('FutureTime', `The observation is ${aheadSeconds} s ahead of the chain's clock.`, {
      remedy: observeAgain,
      cause,
    })
    this.aheadSeconds = aheadSeconds
  }
}

/** An observation made more blocks ago than the guard allows. */
export class StaleBlockError extends StalenessError {
  override readonly name = 'StaleBlockError'
  readonly ageBlocks: bigint

  constructor(
    readonly observed: bigint,
    readonly current: bigint,
    readonly maxBlocks: bigint,
    cause?: unknown,
  ) {
    const ageBlocks = current - observed
    super(
      'StaleBlock',
      `The observation is ${ageBlocks} blocks old, of at most ${maxBlocks}: made at ${observed}, now ${current}.`,
      { remedy: observeAgain, cause },
    )
    this.ageBlocks = ageBlocks
  }
}

/** An observation of a block that the chain has not reached, or no longer has. */
export class FutureBlockError extends StalenessError {
  override readonly name = 'FutureBlockError'

  constructor(
    readonly observed: bigint,
    readonly current: bigint,
    cause?: unknown,
  ) {
    super('FutureBlock', `The observation names block ${observed}, the chain is at ${current}.`, {
      remedy: observeAgain,
      cause,
    })
  }
}

/** The price has moved further than the guard allows. Both prices have 18 decimals. */
export class PriceMovedError extends StalenessError {
  override readonly name = 'PriceMovedError'
  /** Rounded up; undefined where the observed price is zero. */
  readonly movedBps: bigint | undefined

  constructor(
    readonly observed: bigint,
    readonly current: bigint,
    readonly maxDeviationBps: bigint,
    cause?: unknown,
  ) {
    const movedBps = observed === 0n ? undefined : movement(observed, current)
    super(
      'PriceMoved',
      `The price moved from ${fromWad(observed)} to ${fromWad(current)}${movedBps === undefined ? '' : `, by ${movedBps} bps`}; at most ${maxDeviationBps} bps are allowed.`,
      { remedy: observeAgain, cause },
    )
    this.movedBps = movedBps
  }
}

/** The block's time is past the caller's deadline. */
export class DeadlinePassedError extends StalenessError {
  override readonly name = 'DeadlinePassedError'
  readonly lateSeconds: bigint

  constructor(
    readonly deadline: bigint,
    readonly timestamp: bigint,
    cause?: unknown,
  ) {
    const lateSeconds = timestamp - deadline
    super('DeadlinePassed', `The deadline ${deadline} passed ${lateSeconds} s ago.`, {
      remedy: 'Send the transaction anew with a later deadline.',
      cause,
    })
    this.lateSeconds = lateSeconds
  }
}

/** The feed's own answer is older than the feed allows: nobody updates it. */
export class StalePriceError extends StalenessError {
  override readonly name = 'StalePriceError'
  /** Known where the time of the block is. */
  readonly ageSeconds: bigint | undefined

  constructor(
    readonly source: Address,
    readonly updatedAt: bigint,
    readonly maxAgeSeconds: bigint,
    cause?: unknown,
    readonly timestamp?: bigint,
  ) {
    const ageSeconds = timestamp === undefined ? undefined : timestamp - updatedAt
    const age = ageSeconds === undefined ? '' : `, ${ageSeconds} s ago`
    super(
      'StalePrice',
      `The feed ${source} last changed at ${updatedAt}${age}; at most ${maxAgeSeconds} s are allowed.`,
      { remedy: 'Wait for the feed to be updated; on Pyth, update it yourself.', cause },
    )
    this.ageSeconds = ageSeconds
  }

  /** The same at a block's time, which the contract does not tell. */
  at(timestamp: bigint): StalePriceError {
    const { source, updatedAt, maxAgeSeconds, cause } = this
    return new StalePriceError(source, updatedAt, maxAgeSeconds, cause, timestamp)
  }
}

/** |current − observed| in hundredths of a percent of |observed|, rounded up. */
function movement(observed: bigint, current: bigint): bigint {
  const [size, distance] = [magnitude(observed), magnitude(current - observed)]
  return (distance * bps + size - 1n) / size
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}
