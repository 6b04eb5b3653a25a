import type { Sample } from './samples.js'

/** Daily variance that a forecaster gives at the close of a sample's day. */
export type Forecast = (sample: Sample) => number

/** A mean loss over samples; lower is better. */
export type Metric = (forecast: Forecast, samples: readonly Sample[]) => number

const mean = (samples: readonly Sample[], value: (sample: Sample) => number) =>
  samples.reduce((sum, sample) => sum + value(sample), 0) / samples.length

/** Quasi-likelihood loss, `y/f − ln(y/f) − 1`: zero at a perfect forecast (Patton, 2011). */
export const qlike: Metric = (forecast, samples) =>
  mean(samples, (s) => {
    const ratio = s.variance / forecast(s)
    return ratio - Math.log(ratio) - 1
  })

/** Mean squared error of the logarithm of variance. */
export const logMse: Metric = (forecast, samples) =>
  mean(samples, (s) => Math.log(s.variance / forecast(s)) ** 2)

/** Mean absolute error of the logarithm of variance. */
export const logMae: Metric = (forecast, samples) =>
  mean(samples, (s) => Math.abs(Math.log(s.variance / forecast(s))))

/**
 * Multiplies a forecast by the one constant that makes its logarithm right on average over the training years.
 * A forecast of variance is above a typical day's logarithm by design, so log errors are compared after this.
 */
export function withoutLogBias(forecast: Forecast, training: readonly Sample[]): Forecast {
  const factor = Math.exp(mean(training, (s) => Math.log(s.variance / forecast(s))))
  return (sample) => factor * forecast(sample)
}

/** Multiplies a forecast by the one constant that lowers its QLIKE most over the training years. */
export function withoutBias(forecast: Forecast, training: readonly Sample[]): Forecast {
  const factor = mean(training, (s) => s.variance / forecast(s))
  return (sample) => factor * forecast(sample)
}
