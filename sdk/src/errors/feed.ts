import type { Address } from 'viem'
import { InferenceRevertError } from './inferenceRevert.js'

/** A feed that cannot be relied on now, or an observation that is not the feed's. */
export class FeedError extends InferenceRevertError {
  override readonly name: string = 'FeedError'
}

/** The source's answer bears a time that the chain has not reached. */
export class FuturePriceError extends FeedError {
  override readonly name = 'FuturePriceError'
  readonly aheadSeconds: bigint

  constructor(
    readonly source: Address,
    readonly updatedAt: bigint,
    readonly timestamp: bigint,
    cause?: unknown,
  ) {
    const aheadSeconds = updatedAt - timestamp
    super(
      'FuturePrice',
      `The price of ${source} is ${aheadSeconds} s ahead of the chain's clock.`,
      {
        remedy: "Set the chain's clock forward, or wait for it.",
        cause,
      },
    )
    this.aheadSeconds = aheadSeconds
  }
}

/** A price that is zero or negative. */
export class InvalidPriceError extends FeedError {
  override readonly name = 'InvalidPriceError'

  constructor(
    readonly source: Address,
    readonly price: bigint,
    cause?: unknown,
  ) {
    super('InvalidPrice', `The source ${source} answers ${price}, which is no price.`, {
      remedy: 'Check that the address is the feed that you mean.',
      cause,
    })
  }
}

/** The source is between two answers. */
export class IncompleteRoundError extends FeedError {
  override readonly name = 'IncompleteRoundError'

  constructor(
    readonly source: Address,
    readonly roundId: bigint,
    cause?: unknown,
  ) {
    super('IncompleteRound', `Round ${roundId} of ${source} has no answer of its own yet.`, {
      remedy: 'Wait for the next round.',
      cause,
    })
  }
}

/** The L2's sequencer is down, or only just back. */
export class SequencerDownError extends FeedError {
  override readonly name = 'SequencerDownError'

  constructor(
    readonly source: Address,
    readonly since: bigint,
    readonly gracePeriodSeconds: bigint,
    cause?: unknown,
  ) {
    super(
      'SequencerDown',
      `The sequencer of ${source} is down, or was back only at ${since}, with ${gracePeriodSeconds} s of grace.`,
      { remedy: 'Wait until the grace period is over.', cause },
    )
  }
}

/** The source's own error bound on the price is too wide. */
export class PriceUncertainError extends FeedError {
  override readonly name = 'PriceUncertainError'

  constructor(
    readonly source: Address,
    readonly price: bigint,
    readonly confidence: bigint,
    readonly maxConfidenceBps: bigint,
    cause?: unknown,
  ) {
    super(
      'PriceUncertain',
      `The price ${price} of ${source} is given with ±${confidence}; at most ${maxConfidenceBps} bps are allowed.`,
      { remedy: 'Wait for a calmer market.', cause },
    )
  }
}

/** The source does not remember as far back as it is asked. */
export class HistoryTooShortError extends FeedError {
  override readonly name = 'HistoryTooShortError'

  constructor(
    readonly source: Address,
    readonly secondsAgo: bigint,
    cause?: unknown,
  ) {
    super('HistoryTooShort', `The pool ${source} does not remember ${secondsAgo} s.`, {
      remedy: 'Grow its history with `increaseObservationCardinalityNext`, or shorten the window.',
      cause,
    })
  }
}

/** The source is no contract, reverts, or answers something else than its interface says. */
export class SourceFailedError extends FeedError {
  override readonly name = 'SourceFailedError'

  constructor(
    readonly source: Address,
    cause?: unknown,
  ) {
    super('SourceFailed', `${source} does not answer as a price feed does.`, {
      remedy: 'Check the address, and that it is on this chain.',
      cause,
    })
  }
}

/** The source counts in more decimals than 18, or in fewer than none. */
export class UnsupportedDecimalsError extends FeedError {
  override readonly name = 'UnsupportedDecimalsError'

  constructor(
    readonly source: Address,
    readonly decimals: bigint,
    cause?: unknown,
  ) {
    super('UnsupportedDecimals', `${source} has ${decimals} decimals, of 0 to 18.`, {
      remedy: 'Check that the address is the feed that you mean.',
      cause,
    })
  }
}

/** The feed remembers something else for the observation's round or time. */
export class ObservationForgedError extends FeedError {
  override readonly name = 'ObservationForgedError'

  constructor(
    readonly feed: Address,
    readonly roundId: bigint,
    readonly time: bigint,
    cause?: unknown,
  ) {
    super(
      'ObservationForged',
      `The feed ${feed} gave no such price in round ${roundId} at ${time}.`,
      {
        remedy:
          'Observe the feed that the contract uses, unchanged; a reorganisation may have taken it.',
        cause,
      },
    )
  }
}

/** The model's input does not hold the observed price where the guard says. */
export class ObservationMismatchError extends FeedError {
  override readonly name = 'ObservationMismatchError'

  constructor(
    readonly inputIndex: bigint,
    readonly expected: bigint,
    readonly actual: bigint,
    cause?: unknown,
  ) {
    super(
      'ObservationMismatch',
      `Value ${inputIndex} of the model's input is ${actual}; the observed price is ${expected}.`,
      { remedy: 'Build the input from the observation: `observationToWad(observation)`.', cause },
    )
  }
}

/** The model's input is too short to hold the observed price where the guard says. */
export class InputTooShortError extends FeedError {
  override readonly name = 'InputTooShortError'

  constructor(
    readonly inputIndex: bigint,
    readonly length: bigint,
    cause?: unknown,
  ) {
    super(
      'InputTooShort',
      `The model's input has ${length} values; the guard wants the price at ${inputIndex}.`,
      { remedy: 'Send the whole input of the model.', cause },
    )
  }
}

/** An observation whose value does not fit int256 with 18 decimals, or has more than 18. */
export class ObservationOutOfRangeError extends FeedError {
  override readonly name = 'ObservationOutOfRangeError'

  constructor(
    readonly value: bigint,
    readonly decimals: number,
    cause?: unknown,
  ) {
    super(
      'ObservationOutOfRange',
      `The observation ${value} with ${decimals} decimals does not fit int256 with 18.`,
      { remedy: 'Send an observation as the feed gave it.', cause },
    )
  }
}

/** A Uniswap tick whose price lies beyond 2^−64 or 2^64. */
export class TickOutOfRangeError extends FeedError {
  override readonly name = 'TickOutOfRangeError'

  constructor(
    readonly tick: bigint,
    cause?: unknown,
  ) {
    super('TickOutOfRange', `The pool is at tick ${tick}, whose price has too few digits.`, {
      remedy: 'Check that the address is the pool that you mean.',
      cause,
    })
  }
}
