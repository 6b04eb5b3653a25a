import { type Bins, MOST_BINS } from './bins.js'
import type { Tree } from './tree.js'

export interface GrowOptions {
  readonly depth: number
  /** Samples that a leaf must hold. */
  readonly leafSamples: number
  /** Added to the curvature of a leaf: holds its weight down. */
  readonly regularisation: number
  /** Factor of every leaf's weight. */
  readonly learningRate: number
}

/** First and second derivative of the loss by the prediction, of each sample. */
export interface Slopes {
  readonly gradient: Float64Array
  readonly curvature: Float64Array
}

interface Split {
  readonly feature: number
  /** Samples up to this bin go to the true side. */
  readonly bin: number
  readonly gain: number
}

/**
 * Grows one tree that lowers the loss most, by its second-order expansion (Chen and Guestrin, 2016), from histograms.
 * @param rows - samples to use
 */
export function growTree(
  bins: readonly Bins[],
  slopes: Slopes,
  rows: Uint32Array,
  options: GrowOptions,
): Tree {
  const total = sum(slopes, rows)
  const split = options.depth > 0 ? bestSplit(bins, slopes, rows, options) : undefined
  if (!split) {
    const weight = -total.gradient / (total.curvature + options.regularisation)
    return { weight: Math.fround(options.learningRate * weight) }
  }
  const { edges, codes } = bins[split.feature] as Bins
  const isTrue = (row: number) => (codes[row] as number) <= split.bin
  const deeper = { ...options, depth: options.depth - 1 }
  return {
    feature: split.feature,
    threshold: edges[split.bin] as number,
    whenTrue: growTree(bins, slopes, rows.filter(isTrue), deeper),
    whenFalse: growTree(
      bins,
      slopes,
      rows.filter((row) => !isTrue(row)),
      deeper,
    ),
  }
}

function bestSplit(
  bins: readonly Bins[],
  slopes: Slopes,
  rows: Uint32Array,
  options: GrowOptions,
): Split | undefined {
  let best: Split | undefined
  bins.forEach((feature, index) => {
    const split = bestSplitOf(feature, slopes, rows, options)
    if (split && split.gain > (best?.gain ?? 1e-12)) best = { feature: index, ...split }
  })
  return best
}

function bestSplitOf(
  { edges, codes }: Bins,
  { gradient, curvature }: Slopes,
  rows: Uint32Array,
  { leafSamples, regularisation }: GrowOptions,
): Omit<Split, 'feature'> | undefined {
  const gradients = new Float64Array(MOST_BINS)
  const curvatures = new Float64Array(MOST_BINS)
  const counts = new Uint32Array(MOST_BINS)
  let [g, h] = [0, 0]
  for (const row of rows) {
    const bin = codes[row] as number
    gradients[bin] = (gradients[bin] as number) + (gradient[row] as number)
    curvatures[bin] = (curvatures[bin] as number) + (curvature[row] as number)
    counts[bin] = (counts[bin] as number) + 1
    g += gradient[row] as number
    h += curvature[row] as number
  }
  const score = (slope: number, curve: number) => (slope * slope) / (curve + regularisation)
  let best: Omit<Split, 'feature'> | undefined
  let [left, leftGradient, leftCurvature] = [0, 0, 0]
  for (let bin = 0; bin < edges.length; bin++) {
    left += counts[bin] as number
    leftGradient += gradients[bin] as number
    leftCurvature += curvatures[bin] as number
    if (left < leafSamples || rows.length - left < leafSamples) continue
    const gain =
      score(leftGradient, leftCurvature) + score(g - leftGradient, h - leftCurvature) - score(g, h)
    if (gain > (best?.gain ?? 0)) best = { bin, gain }
  }
  return best
}

function sum({ gradient, curvature }: Slopes, rows: Uint32Array) {
  const total = { gradient: 0, curvature: 0 }
  for (const row of rows) {
    total.gradient += gradient[row] as number
    total.curvature += curvature[row] as number
  }
  return total
}
