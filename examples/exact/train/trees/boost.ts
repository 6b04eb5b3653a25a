import { createRandom } from '@lockstep/example-volatility/random'
import type { MarketDay } from '../../src/market.js'
import { binFeature } from './bins.js'
import { type GrowOptions, growTree, type Slopes } from './grow.js'
import { evaluateTree, type Tree } from './tree.js'

/** A loss of one prediction, twice differentiable. */
export interface Loss {
  /** What is predicted before any tree. */
  start(targets: Float64Array): number
  gradient(prediction: number, target: number): number
  curvature(prediction: number, target: number): number
  value(prediction: number, target: number): number
}

export interface BoostOptions extends GrowOptions {
  readonly trees: number
  /** Share of the samples that each tree sees. */
  readonly share: number
  readonly seed: number
}

/** Trees whose weights add up, on top of a start. */
export interface Boosted {
  /** A float32. */
  readonly start: number
  readonly trees: readonly Tree[]
}

/**
 * Boosts trees on the training days.
 * @param target - what a day's prediction should be near
 * @returns as many of the trees as did best on the validation days
 */
export function boost(
  { training, validation }: { training: readonly MarketDay[]; validation: readonly MarketDay[] },
  target: (day: MarketDay) => number,
  loss: Loss,
  options: BoostOptions,
): Boosted {
  const random = createRandom(options.seed)
  const targets = Float64Array.from(training, target)
  const features = training[0]?.features.length ?? 0
  const bins = Array.from({ length: features }, (_, i) =>
    binFeature(Float32Array.from(training, (day) => day.features[i] as number)),
  )
  const start = Math.fround(loss.start(targets))
  const predictions = new Float64Array(training.length).fill(start)
  const held = new Float64Array(validation.length).fill(start)
  const trees: Tree[] = []
  let best = { loss: Number.POSITIVE_INFINITY, count: 0 }
  for (let count = 1; count <= options.trees; count++) {
    const tree = growTree(bins, slopesOf(loss, predictions, targets), drawRows(), options)
    trees.push(tree)
    for (const [i, day] of training.entries()) predictions[i] = addTo(predictions[i], tree, day)
    for (const [i, day] of validation.entries()) held[i] = addTo(held[i], tree, day)
    const mean = meanLoss(loss, held, validation.map(target))
    if (mean < best.loss) best = { loss: mean, count }
  }
  return { start, trees: trees.slice(0, best.count) }

  function drawRows(): Uint32Array {
    const rows = training.map((_, i) => i).filter(() => random() < options.share)
    return Uint32Array.from(rows)
  }
}

/** The sum of all trees for one day, before any link function. */
export function predict({ start, trees }: Boosted, features: Float32Array): number {
  return trees.reduce((sum, tree) => sum + evaluateTree(tree, features), start)
}

function addTo(sum: number | undefined, tree: Tree, day: MarketDay): number {
  return (sum as number) + evaluateTree(tree, day.features)
}

function slopesOf(loss: Loss, predictions: Float64Array, targets: Float64Array): Slopes {
  return {
    gradient: predictions.map((prediction, i) => loss.gradient(prediction, targets[i] as number)),
    curvature: predictions.map((prediction, i) => loss.curvature(prediction, targets[i] as number)),
  }
}

function meanLoss(loss: Loss, predictions: Float64Array, targets: readonly number[]): number {
  const total = targets.reduce((sum, y, i) => sum + loss.value(predictions[i] as number, y), 0)
  return total / targets.length
}
