import { FEATURES, type MarketDay, readMarket } from '../src/market.js'
import { dot, newton } from './linear/newton.js'
import { standardise, withIntercept } from './linear/standardise.js'
import { FLOAT, INT64, node, toOnnx, value } from './onnx.js'
import { type Boosted, boost } from './trees/boost.js'
import { flattenTrees } from './trees/flatten.js'
import { logistic, squared } from './trees/losses.js'

const COMMON = { leafSamples: 20, regularisation: 1, trees: 100, share: 0.7, seed: 1 }

const DATA =
  'S&P 500 daily closes, vega-datasets 3.2.1 data/sp500-2000.csv (BSD-3-Clause); trained to 2014, trees counted on 2015-2016'

const size = (day: MarketDay) => day.nextSize
const rising = (day: MarketDay) => Number(day.isRising)

/** Trees that say how large the next day's return will be. */
export function buildTreeRegressor(): { bytes: Uint8Array; boosted: Boosted } {
  const options = { ...COMMON, depth: 5, learningRate: 0.06 }
  const boosted = boost(readMarket(), size, squared, options)
  const attributes = { n_targets: 1n, ...flattenTrees(boosted, 'target') }
  const bytes = toOnnx({
    name: 'return-size',
    nodes: [node('ml.TreeEnsembleRegressor', ['features'], ['size'], attributes)],
    inputs: [value('features', FLOAT, [1, FEATURES.length])],
    outputs: [value('size', FLOAT, [1, 1])],
    metadata: metadata("size of the next day's return, as a fraction", boosted),
  })
  return { bytes, boosted }
}

/** Trees that say whether the coming week will move more than the last month did. */
export function buildTreeClassifier(): { bytes: Uint8Array; boosted: Boosted } {
  const options = { ...COMMON, depth: 4, learningRate: 0.03 }
  const boosted = boost(readMarket(), rising, logistic, options)
  const attributes = {
    classlabels_int64s: [0n, 1n],
    post_transform: 'LOGISTIC',
    ...flattenTrees(boosted, 'class'),
  }
  const bytes = toOnnx({
    name: 'regime',
    nodes: [
      node('ml.TreeEnsembleClassifier', ['features'], ['label', 'probabilities'], attributes),
    ],
    inputs: [value('features', FLOAT, [1, FEATURES.length])],
    outputs: [value('label', INT64, [1]), value('probabilities', FLOAT, [1, 2])],
    metadata: metadata('1 when returns will be larger than those of the last 20 days', boosted),
  })
  return { bytes, boosted }
}

/** What the trees are compared with: the same features, standardised and weighed. */
export function buildLinearRegressor(): { bytes: Uint8Array; predict: (day: MarketDay) => number } {
  const { nodes, weights, predict } = fitLinear(size, squared, 1)
  const bytes = toOnnx({
    name: 'return-size-linear',
    nodes: [
      ...nodes,
      node('ml.LinearRegressor', ['standard'], ['size'], {
        coefficients: [...weights.subarray(0, FEATURES.length)],
        intercepts: [weights[FEATURES.length] as number],
      }),
    ],
    inputs: [value('features', FLOAT, [1, FEATURES.length])],
    outputs: [value('size', FLOAT, [1, 1])],
    metadata: metadata("size of the next day's return, as a fraction"),
  })
  return { bytes, predict }
}

/** As converters write a logistic regression: a row of weights for each class, and probabilities made to add up. */
export function buildLinearClassifier(): {
  bytes: Uint8Array
  predict: (day: MarketDay) => number
} {
  const { nodes, weights, predict } = fitLinear(rising, logistic, 8)
  const row = [...weights.subarray(0, FEATURES.length)]
  const intercept = weights[FEATURES.length] as number
  const bytes = toOnnx({
    name: 'regime-linear',
    nodes: [
      ...nodes,
      node('ml.LinearClassifier', ['standard'], ['label', 'scores'], {
        classlabels_ints: [0n, 1n],
        coefficients: [...row.map((weight) => -weight), ...row],
        intercepts: [-intercept, intercept],
        multi_class: 0n,
        post_transform: 'LOGISTIC',
      }),
      node('ml.Normalizer', ['scores'], ['probabilities'], { norm: 'L1' }),
    ],
    inputs: [value('features', FLOAT, [1, FEATURES.length])],
    outputs: [value('label', INT64, [1]), value('probabilities', FLOAT, [1, 2])],
    metadata: metadata('1 when returns will be larger than those of the last 20 days'),
  })
  return { bytes, predict }
}

function fitLinear(target: (day: MarketDay) => number, loss: typeof squared, steps: number) {
  const { training } = readMarket()
  const standard = standardise(training)
  const rows = training.map((day) => withIntercept(standard, day))
  const weights = newton(rows, training.map(target), loss, steps).map(Math.fround)
  const { offset, scale } = standard
  const scaler = node('ml.Scaler', ['features'], ['standard'], {
    offset: [...offset],
    scale: [...scale],
  })
  const predict = (day: MarketDay) => dot(withIntercept(standard, day), weights)
  return { nodes: [scaler], weights, predict }
}

function metadata(output: string, boosted?: Boosted): Record<string, string> {
  return {
    input: FEATURES.join('; '),
    output,
    data: DATA,
    ...(boosted && { trees: String(boosted.trees.length) }),
  }
}
