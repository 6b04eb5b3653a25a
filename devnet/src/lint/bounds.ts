/** A bound that the source states; `unknown` where it is worked out elsewhere. */
export type Bound = bigint | 'unknown'

/** The bounds that a guard sets. One that is left out bounds nothing. */
export interface Bounds {
  readonly maxAgeSeconds?: Bound
  readonly maxBlocks?: Bound
  readonly maxDeviationBps?: Bound
}

export type BoundName = keyof Bounds
export const boundNames = ['maxAgeSeconds', 'maxBlocks', 'maxDeviationBps'] as const

const day = 86_400n
/** A day of blocks that come every two seconds, as on OP Stack chains. */
const dayOfBlocks = day / 2n
/** A whole: a price that falls to nothing moves by as much. */
const wholeBps = 10_000n
/** How the library says that a bound is not wanted. */
const unbounded = 2n ** 64n - 1n

const sensible = 'Allow what a transaction may wait for, such as 300 seconds or 25 blocks.'

/** What is absurd about a guard, and what to write instead. */
export interface Absurdity {
  readonly bound: BoundName
  readonly message: string
  readonly remedy: string
}

/** Bounds that trip always or never; an unknown one is taken for sensible. */
export function absurditiesOf(bounds: Bounds): Absurdity[] {
  return [...zeros(bounds), ...boundlessAge(bounds), ...wholeDeviation(bounds)]
}

function zeros(bounds: Bounds): Absurdity[] {
  return (['maxAgeSeconds', 'maxBlocks'] as const)
    .filter((bound) => bounds[bound] === 0n)
    .map((bound) => ({
      bound,
      message: `${bound} 0 holds in the very ${bound === 'maxBlocks' ? 'block' : 'second'} of the observation alone: it reverts what was sent before.`,
      remedy: sensible,
    }))
}

/** Of the two bounds on the age, one that holds is enough. */
function boundlessAge({ maxAgeSeconds, maxBlocks }: Bounds): Absurdity[] {
  const isLoose = (bound: Bound | undefined, limit: bigint) =>
    bound === undefined || (bound !== 'unknown' && bound > limit)
  if (!isLoose(maxAgeSeconds, day) || !isLoose(maxBlocks, dayOfBlocks)) return []
  const stated = [
    ...(maxAgeSeconds === undefined ? [] : [`maxAgeSeconds ${shown(maxAgeSeconds)}`]),
    ...(maxBlocks === undefined ? [] : [`maxBlocks ${shown(maxBlocks)}`]),
  ]
  if (stated.length === 0) return []
  return [
    {
      bound: maxAgeSeconds === undefined ? 'maxBlocks' : 'maxAgeSeconds',
      message: `With ${stated.join(' and ')}, an age of more than a day passes.`,
      remedy: sensible,
    },
  ]
}

function wholeDeviation({ maxDeviationBps }: Bounds): Absurdity[] {
  if (typeof maxDeviationBps !== 'bigint' || maxDeviationBps < wholeBps) return []
  return [
    {
      bound: 'maxDeviationBps',
      message: `maxDeviationBps ${maxDeviationBps} is ${maxDeviationBps / 100n} %: a price that falls to nothing passes.`,
      remedy: 'It counts in hundredths of a percent: 50 is half a percent.',
    },
  ]
}

function shown(bound: Bound): string {
  return bound === unbounded ? '2^64 − 1' : String(bound)
}
