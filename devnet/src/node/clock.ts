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

/** What a clock goes on with. */
export interface ClockState {
  /** Seconds ahead of wall time. */
  readonly offset: bigint
  /** Seconds between blocks, where that is fixed. */
  readonly step: bigint | undefined
}

/** Wall time in seconds. */
export type WallClock = () => bigint

/** Decides the timestamps of blocks: wall time with an offset, a fixed step, or the one that was asked for next. */
export class Clock {
  private offset = 0n
  private exact: bigint | undefined
  private step: bigint | undefined

  constructor(private readonly wall: WallClock) {}

  /** Seconds of wall time, with no offset. */
  now(): bigint {
    return this.wall()
  }

  /** Timestamp of a block after one with `parent`, were it sealed now. */
  peek(parent: bigint): bigint {
    if (this.exact !== undefined) return this.exact
    const timestamp = this.step === undefined ? this.wall() + this.offset : parent + this.step
    return timestamp > parent ? timestamp : parent + 1n
  }

  /** Settles that the next block has this timestamp: time goes on from a timestamp that was asked for. */
  seal(timestamp: bigint): void {
    if (this.exact !== timestamp) return
    this.offset = this.after(timestamp).offset
    this.exact = undefined
  }

  /** What the clock will go on with once a block has this timestamp. */
  after(timestamp: bigint): ClockState {
    return {
      offset: this.exact === timestamp ? this.offsetAt(timestamp) : this.offset,
      step: this.step,
    }
  }

  /** What the clock goes on with where the time is `timestamp` now. */
  at(timestamp: bigint): ClockState {
    return { offset: this.offsetAt(timestamp), step: this.step }
  }

  /** Goes on as another clock was about to. */
  resume({ offset, step }: ClockState): void {
    this.offset = offset
    this.step = step
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

  private offsetAt(timestamp: bigint): bigint {
    return timestamp - this.wall()
  }
}
