import { ObservationOutOfRangeError } from './errors/feed.js'

/** What a caller saw before it sent its transaction; `Observation.sol`. */
export interface Observation {
  /** The price, with `decimals` decimals. */
  readonly value: bigint
  /** 0 to 18. */
  readonly decimals: number
  /** Round of the feed that gave it; 0 for feeds without rounds. */
  readonly roundId: bigint
  /** When the feed said so, in seconds since the epoch. */
  readonly time: bigint
  /** Block that the feed was read at. */
  readonly blockNumber: bigint
}

/**
 * The observed price with 18 decimals, as the model's input holds it.
 * @throws ObservationOutOfRangeError when it does not fit int256, or has more than 18 decimals.
 * @example
 * args: (seen) => [[observationToWad(seen), ...others], seen]
 */
export function observationToWad({
  value,
  decimals,
}: Pick<Observation, 'value' | 'decimals'>): bigint {
  if (decimals > 18) throw new ObservationOutOfRangeError(value, decimals)
  const wad = value * 10n ** BigInt(18 - decimals)
  if (BigInt.asIntN(256, wad) !== wad) throw new ObservationOutOfRangeError(value, decimals)
  return wad
}
