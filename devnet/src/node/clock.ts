import { bigIntMax } from '@ethereumjs/util'
import { BaseError } from '@lockstep/precompile'

/** Thrown when a block is to have a timestamp that is not after its parent's. */
export class TimestampError extends BaseError {
  override readonly name = 'TimestampError'

  constructor(timestamp: bigint, head: bigint) {
    super(`Timestamp ${timestamp} is not after the head's, ${head}.`, {
      remedy: `Choose ${head + 1n} or later.`,
    })
  }
}

/** Wall time in seconds. */
export type WallClock = () => bigint

/** Decides the timestamps of blocks: wall time with an offset, a fixed step, or the one that was asked for next. */
export class Clock {
  private offset = 0n
  private exact: bigint | undefined
  private step: bigint | undefined

  constructor(private readonly wall: WallClock) {}

  /** Timestamp of a block after one with `parent`, were it sealed now. */
  peek(parent: bigint): bigint {
    if (this.exact !== undefined) return this.exact
    const timestamp = this.step === undefined ? this.wall() + this.offset : parent + this.step
    return timestamp > parent ? timestamp : parent + 1n
  }

  /** Settles that the next block has this timestamp: time goes on from a timestamp that was asked for. */
  seal(timestamp: bigint): void {
    if (this.exact !== timestamp) return
    this.exact = undefined
    this.offset = timestamp - this.wall()
  }

  /** Returns the total offset from wall time. */
  increase(seconds: bigint): bigint {
    this.offset += seconds
    return this.offset
  }

  /** Lets the time be `timestamp` now. Returns the seconds that this skips; 0 when time goes back. */
  set(timestamp: bigint): bigint {
    const skipped = timestamp - this.wall() - this.offset
    this.exact = undefined
    this.offset += skipped
    return bigIntMax(skipped, 0n)
  }

  /** @throws TimestampError when not after `head`. */
  setNext(timestamp: bigint, head: bigint): void {
    if (timestamp <= head) throw new TimestampError(timestamp, head)
    this.exact = timestamp
  }

  setStep(seconds: bigint | undefined): void {
    this.step = seconds
  }
}
