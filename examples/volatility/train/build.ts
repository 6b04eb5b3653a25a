import { readDailyPrices, WINDOW } from '../src/prices.js'
import { type Evaluation, evaluate } from './evaluate.js'
import { fit } from './fit.js'
import { PARAMETERS } from './network.js'
import { toOnnx } from './onnx.js'
import { cutSamples, HORIZON_DAYS, type Split } from './samples.js'

export interface Build {
  /** The ONNX file. */
  readonly bytes: Uint8Array
  readonly parameters: Float64Array
  readonly epoch: number
  readonly split: Split
  readonly evaluation: Evaluation
}

/** Trains, scores and exports: the same bytes on every run of one Node version. Takes seconds. */
export function buildModel(): Build {
  const series = cutSamples(readDailyPrices())
  const { parameters, epoch } = fit(series.split.training, series.split.validation)
  const evaluation = evaluate(parameters, series)
  const bytes = toOnnx(parameters, metadata(evaluation))
  return { bytes, parameters, epoch, split: series.split, evaluation }
}

function metadata(evaluation: Evaluation): Record<string, string> {
  const [network, riskMetrics] = evaluation.rows
  return {
    input: `${WINDOW} simple daily returns as fractions, oldest first`,
    output: `daily volatility as a fraction: root mean squared return expected over the next ${HORIZON_DAYS} trading days`,
    data: 'S&P 500 daily closes, vega-datasets 3.2.1 data/sp500-2000.csv (BSD-3-Clause); trained to 2014, epoch chosen on 2015-2016',
    parameters: String(PARAMETERS),
    'qlike.test': network?.scores.test.qlike.toFixed(4) ?? '',
    'qlike.test.ewma94': riskMetrics?.scores.test.qlike.toFixed(4) ?? '',
  }
}
