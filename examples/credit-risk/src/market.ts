import { type MarketDay, type MarketSplit, readMarket } from '@lockstep/example-exact/market'
import { readDailyPrices } from '@lockstep/example-volatility/prices'

/** Trading days for which a loan runs. */
export const LOAN_DAYS = 10
/** A loan is under water when its collateral falls by more than this below its price at the start. */
export const MARGIN = 0.05

const closes = readDailyPrices().map(({ close }) => close)
const dayOf = new Map(readDailyPrices().map(({ date }, i) => [date, i]))

/** How far the collateral falls below its close of a day while a loan runs that starts there; 0 where it never does. */
export function deepestFall({ date }: Pick<MarketDay, 'date'>): number {
  const day = dayOf.get(date) as number
  const lowest = Math.min(...closes.slice(day, day + LOAN_DAYS + 1))
  return 1 - lowest / (closes[day] as number)
}

/** Whether a loan that starts on a day goes under water. */
export function goesUnder(day: Pick<MarketDay, 'date'>): boolean {
  return deepestFall(day) > MARGIN
}

/** The closes up to a day, oldest first. @param count how many */
export function closesUpTo({ date }: Pick<MarketDay, 'date'>, count: number): readonly number[] {
  const day = dayOf.get(date) as number
  return closes.slice(day + 1 - count, day + 1)
}

/** Days on which a loan may start: to 2014 to train, 2015 and 2016 to choose, 2017 to the end held out. */
export function readLoanDays(): MarketSplit {
  const { training, validation, test } = readMarket()
  // No loan of one part runs into the next, nor past the end of the series.
  const endsIn = (days: readonly MarketDay[]) => {
    const last = dayOf.get(days.at(-1)?.date ?? '') as number
    return days.filter(({ date }) => (dayOf.get(date) as number) + LOAN_DAYS <= last)
  }
  return { training: endsIn(training), validation: endsIn(validation), test: endsIn(test) }
}
