import { WINDOW } from '../src/prices.js'
import { ewma, LAMBDAS, RISKMETRICS_LAMBDA } from './ewma.js'
import { predictVolatility } from './network.js'
import type { Sample, Series, Split } from './samples.js'
import {
  type Forecast,
  logMae,
  logMse,
  type Metric,
  qlike,
  withoutBias,
  withoutLogBias,
} from './score.js'

/** Losses of one forecaster on one part of the data; lower is better. */
export interface Scores {
  /** QLIKE of the forecast as it is. */
  readonly qlike: number
  /** QLIKE after one factor fitted on the training years. */
  readonly qlikeScaled: number
  /** Mean squared error of log variance as it is. */
  readonly logMse: number
  /** Mean squared error of log variance after one factor fitted on the training years. */
  readonly logMseScaled: number
  /** Mean absolute error of log variance after the same factor. */
  readonly logMaeScaled: number
}

export type Part = 'validation' | 'test'

export interface Evaluation {
  /** Name of the forecaster and its losses on each part. */
  readonly rows: readonly { readonly name: string; readonly scores: Record<Part, Scores> }[]
  /** QLIKE on each held-out calendar year: the network, and EWMA with its decay fitted. */
  readonly years: readonly {
    readonly year: string
    readonly days: number
    readonly network: number
    readonly ewma: number
  }[]
}

/**
 * Scores the network beside exponentially weighted averages, which see the whole past where it sees `WINDOW` days.
 * What is fitted (decay, scale) is fitted on the training years alone.
 */
export function evaluate(parameters: Float64Array, series: Series): Evaluation {
  const { split, returns } = series
  const network: Forecast = (s) => predictVolatility(parameters, s.returns) ** 2
  const riskMetrics = movingAverage(returns, RISKMETRICS_LAMBDA)
  const fitted = fitDecay(returns, split.training, qlike)
  const logFitted = fitDecay(returns, split.training, (forecast, samples) =>
    logMse(withoutLogBias(forecast, samples), samples),
  )
  const rows = [
    { name: `network, ${WINDOW} returns`, forecast: network },
    { name: `EWMA, λ = ${RISKMETRICS_LAMBDA} (RiskMetrics)`, forecast: riskMetrics },
    { name: `EWMA, λ = ${fitted.lambda} (best by QLIKE)`, forecast: fitted.forecast },
    { name: `EWMA, λ = ${logFitted.lambda} (best by log MSE)`, forecast: logFitted.forecast },
    { name: `mean square of the ${WINDOW} returns`, forecast: meanSquare },
  ]
  return {
    rows: rows.map(({ name, forecast }) => ({ name, scores: scoreParts(forecast, split) })),
    years: byYear(network, fitted.forecast, split.test),
  }
}

function scoreParts(forecast: Forecast, split: Split): Record<Part, Scores> {
  const scaled = withoutBias(forecast, split.training)
  const logScaled = withoutLogBias(forecast, split.training)
  const score = (samples: readonly Sample[]): Scores => ({
    qlike: qlike(forecast, samples),
    qlikeScaled: qlike(scaled, samples),
    logMse: logMse(forecast, samples),
    logMseScaled: logMse(logScaled, samples),
    logMaeScaled: logMae(logScaled, samples),
  })
  return { validation: score(split.validation), test: score(split.test) }
}

function movingAverage(returns: readonly number[], lambda: number): Forecast {
  const variances = ewma(returns, lambda)
  return (sample) => variances[sample.day] as number
}

/** Eight returns of nearly nothing would make this zero, so it gets a floor of a hundredth of a percent. */
function meanSquare(sample: Sample): number {
  return Math.max(sample.returns.reduce((sum, r) => sum + r * r, 0) / WINDOW, 1e-8)
}

function fitDecay(returns: readonly number[], training: readonly Sample[], metric: Metric) {
  const candidates = LAMBDAS.map((lambda) => {
    const forecast = movingAverage(returns, lambda)
    return { lambda, forecast, loss: metric(forecast, training) }
  })
  return candidates.reduce((best, candidate) => (candidate.loss < best.loss ? candidate : best))
}

function byYear(network: Forecast, ewma: Forecast, test: readonly Sample[]): Evaluation['years'] {
  const years = [...new Set(test.map((s) => s.date.slice(0, 4)))]
  return years.map((year) => {
    const samples = test.filter((s) => s.date.startsWith(year))
    return {
      year,
      days: samples.length,
      network: qlike(network, samples),
      ewma: qlike(ewma, samples),
    }
  })
}
