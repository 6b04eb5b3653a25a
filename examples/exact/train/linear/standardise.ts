import type { MarketDay } from '../../src/market.js'

/** What brings each feature to mean 0 and deviation 1: `(x − offset) · scale`. Both are float32. */
export interface Standard {
  readonly offset: Float32Array
  readonly scale: Float32Array
}

export function standardise(days: readonly MarketDay[]): Standard {
  const features = days[0]?.features.length ?? 0
  const columns = Array.from({ length: features }, (_, i) =>
    days.map((day) => day.features[i] as number),
  )
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
  const offset = columns.map(mean)
  const scale = columns.map(
    (values, i) => 1 / Math.sqrt(mean(values.map((x) => (x - (offset[i] as number)) ** 2))),
  )
  return { offset: Float32Array.from(offset), scale: Float32Array.from(scale) }
}

/** The standardised features of a day, and a 1 that the intercept weighs. */
export function withIntercept({ offset, scale }: Standard, day: MarketDay): Float64Array {
  const features = Float64Array.from(
    day.features,
    (x, i) => (x - (offset[i] as number)) * (scale[i] as number),
  )
  return Float64Array.from([...features, 1])
}
