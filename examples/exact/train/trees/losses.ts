import type { Loss } from './boost.js'

const mean = (values: Float64Array) => values.reduce((sum, y) => sum + y, 0) / values.length
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** Half the squared error. */
export const squared: Loss = {
  start: mean,
  gradient: (prediction, target) => prediction - target,
  curvature: () => 1,
  value: (prediction, target) => (prediction - target) ** 2 / 2,
}

/** Cross entropy of the probability `sigmoid(prediction)` against a target of 0 or 1. */
export const logistic: Loss = {
  start(targets) {
    const share = mean(targets)
    return Math.log(share / (1 - share))
  },
  gradient: (prediction, target) => sigmoid(prediction) - target,
  curvature(prediction) {
    const p = sigmoid(prediction)
    return p * (1 - p)
  },
  value: (prediction, target) =>
    Math.log(1 + Math.exp(-Math.abs(prediction))) + Math.max(prediction, 0) - target * prediction,
}
