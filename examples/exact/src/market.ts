import { readDailyPrices, simpleReturns } from '@lockstep/example-volatility/prices'

/** Returns that the models see one by one. */
const LAST_RETURNS = 8
/** Days over which sizes of returns are averaged. */
const SPANS = [5, 10, 20, 60] as const
/** Days ahead that the regime looks at, and days behind that it is compared with. */
const AHEAD_DAYS = 5
const BEHIND_DAYS = 20

/** What the models see, in their order. All are fractions that a contract computes from prices with integers. */
export const FEATURES: readonly string[] = [
  ...Array.from({ length: LAST_RETURNS }, (_, i) => `return ${LAST_RETURNS - 1 - i} days ago`),
  ...SPANS.map((days) => `mean size of the last ${days} returns`),
  `fall from the highest close of ${SPANS.at(-1)} days`,
]

/** What is known at the close of one day, and what followed. */
export interface MarketDay {
  readonly date: string
  /** Last day that a target looks at. */
  readonly targetEnd: string
  /** One float32 for each of `FEATURES`. */
  readonly features: Float32Array
  /** Size of the next day's simple return. */
  readonly nextSize: number
  /** Whether returns of the next five days are larger on average than those of the last twenty. */
  readonly isRising: boolean
}

/** Days split by time: to 2014 to train, 2015 and 2016 to choose, 2017 to the end held out. */
export interface MarketSplit {
  readonly training: readonly MarketDay[]
  readonly validation: readonly MarketDay[]
  readonly test: readonly MarketDay[]
}

/** The days of the S&P 500 series in `vega-datasets`; no target of one part reaches into the next. */
export function readMarket(): MarketSplit {
  const prices = readDailyPrices()
  const closes = prices.map(({ close }) => close)
  const sizes = simpleReturns(closes).map(Math.abs)
  const returns = simpleReturns(closes)
  const days: MarketDay[] = []
  const longest = Math.max(...SPANS)
  // returns[i] is that from day i to day i + 1.
  for (let day = longest; day + AHEAD_DAYS < closes.length; day++) {
    const before = (count: number) => mean(sizes.slice(day - count, day))
    const top = Math.max(...closes.slice(day - longest, day + 1))
    days.push({
      date: prices[day]?.date as string,
      targetEnd: prices[day + AHEAD_DAYS]?.date as string,
      features: Float32Array.from([
        ...returns.slice(day - LAST_RETURNS, day),
        ...SPANS.map(before),
        1 - (closes[day] as number) / top,
      ]),
      nextSize: sizes[day] as number,
      isRising: mean(sizes.slice(day, day + AHEAD_DAYS)) > before(BEHIND_DAYS),
    })
  }
  return {
    training: days.filter(({ targetEnd }) => targetEnd < '2015'),
    validation: days.filter(({ date, targetEnd }) => date >= '2015' && targetEnd < '2017'),
    test: days.filter(({ date }) => date >= '2017'),
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
