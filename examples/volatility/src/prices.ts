import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ExampleError } from './errors.js'

/** How many daily returns the network sees. */
export const WINDOW = 8

/** One trading day of the index. */
export interface DailyPrice {
  /** ISO date, `2020-03-16`. */
  readonly date: string
  /** Closing level of the index, in points. */
  readonly close: number
}

/** Thrown when a row of the price file is not a date and a positive price. */
export class PriceFileError extends ExampleError {
  override readonly name = 'PriceFileError'
}

/**
 * Reads the daily S&P 500 series that the npm package `vega-datasets` ships (BSD-3-Clause;
 * 5,104 trading days from 2000-01-03 to 2020-04-17; its data package names Yahoo Finance as source).
 * @returns one row a trading day, oldest first.
 * @throws PriceFileError when a row does not parse.
 */
export function readDailyPrices(): DailyPrice[] {
  const entry = createRequire(import.meta.url).resolve('vega-datasets')
  const path = join(entry, '../../data/sp500-2000.csv')
  const [header, ...lines] = readFileSync(path, 'utf8').trim().split('\n')
  const column = header?.split(',').indexOf('close') ?? -1
  return lines.map((line, index) => {
    const cells = line.split(',')
    const date = cells[0] ?? ''
    const close = Number(cells[column])
    if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !(close > 0))
      throw new PriceFileError(
        `${path}:${index + 2} holds no date and positive close: "${line}". Reinstall vega-datasets 3.2.1.`,
      )
    return { date, close }
  })
}

/** The closes that a window of returns takes, up to a day. @param date ISO date of a trading day. */
export function closesUpTo(days: readonly DailyPrice[], date: string): number[] {
  const last = days.findIndex((day) => day.date === date)
  return days.slice(last - WINDOW, last + 1).map(({ close }) => close)
}

/**
 * Simple daily returns, `close[i] / close[i − 1] − 1`.
 * @returns one fewer than the prices, oldest first.
 */
export function simpleReturns(closes: readonly number[]): number[] {
  return closes.slice(1).map((close, i) => close / (closes[i] as number) - 1)
}
