import { FEATURES } from '@lockstep/example-exact/market'
import { FLOAT, node, toOnnx, value } from '@lockstep/example-exact/onnx'
import { boost, flattenTrees, logistic } from '@lockstep/example-exact/trees'
import { goesUnder, LOAN_DAYS, MARGIN, readLoanDays } from '../src/market.js'

const OPTIONS = {
  depth: 3,
  leafSamples: 40,
  regularisation: 1,
  trees: 200,
  share: 0.7,
  seed: 1,
  learningRate: 0.03,
}

/** Boosts the trees: the same bytes on every run of one Node version, in seconds. */
export function buildScore(): Uint8Array {
  const boosted = boost(readLoanDays(), (day) => Number(goesUnder(day)), logistic, OPTIONS)
  const attributes = { n_targets: 1n, ...flattenTrees(boosted, 'target') }
  return toOnnx({
    name: 'credit-risk',
    nodes: [node('ml.TreeEnsembleRegressor', ['features'], ['score'], attributes)],
    inputs: [value('features', FLOAT, [1, FEATURES.length])],
    outputs: [value('score', FLOAT, [1, 1])],
    metadata: {
      input: FEATURES.join('; '),
      output: `log-odds that the collateral falls by more than ${100 * MARGIN} % within ${LOAN_DAYS} trading days`,
      data: 'S&P 500 daily closes, vega-datasets 3.2.1 data/sp500-2000.csv (BSD-3-Clause); trained to 2014, trees counted on 2015-2016',
      trees: String(boosted.trees.length),
    },
  })
}
