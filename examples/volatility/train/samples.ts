import { type DailyPrice, simpleReturns, WINDOW } from '../src/prices.js'

/** Trading days ahead over which the forecast is judged. */
export const HORIZON_DAYS = 5

/** Days left out at the start, so that a moving average has forgotten how it was started. */
const WARM_UP_DAYS = 60

/** What is known at the close of one day, and what followed. */
export interface Sample {
  /** Position of the day in the returns, for forecasts that use the whole past. */
  readonly day: number
  readonly date: string
  /** Last day that the target looks at. */
  readonly targetEnd: string
  /** The last `WINDOW` simple returns, oldest first. */
  readonly returns: readonly number[]
  /** Mean squared simple return of the next `HORIZON_DAYS` days: realised daily variance. */
  readonly variance: number
}

export interface Split {
  readonly training: readonly Sample[]
  readonly validation: readonly Sample[]
  readonly test: readonly Sample[]
}

/** The series as returns (`returns[i]` ends on `dates[i]`) and the samples cut from it. */
export interface Series {
  readonly dates: readonly string[]
  readonly returns: readonly number[]
  readonly split: Split
}

/**
 * Cuts samples and splits them by time: up to 2014 to train, 2015 and 2016 to choose, 2017 to the end held out.
 * No target of one part reaches into the next.
 */
export function cutSamples(prices: readonly DailyPrice[]): Series {
  const returns = simpleReturns(prices.map((price) => price.close))
  const dates = prices.slice(1).map((price) => price.date)
  const samples: Sample[] = []
  for (let day = WARM_UP_DAYS; day + HORIZON_DAYS < returns.length; day++) {
    const next = returns.slice(day + 1, day + 1 + HORIZON_DAYS)
    samples.push({
      day,
      date: dates[day] as string,
      targetEnd: dates[day + HORIZON_DAYS] as string,
      returns: returns.slice(day + 1 - WINDOW, day + 1),
      variance: next.reduce((sum, r) => sum + r * r, 0) / HORIZON_DAYS,
    })
  }
  return {
    dates,
    returns,
    split: {
      training: samples.filter((s) => s.targetEnd < '2015'),
      validation: samples.filter((s) => s.date >= '2015' && s.targetEnd < '2017'),
      test: samples.filter((s) => s.date >= '2017'),
    },
  }
}
