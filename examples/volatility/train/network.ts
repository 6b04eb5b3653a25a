import { WINDOW } from '../src/prices.js'

/** Scaled returns, their sizes, and the logarithm of their scale. */
export const FEATURES = 2 * WINDOW + 1
export const HIDDEN = 8
/** Returns enter in percent, so that the weights stay near one. */
export const PERCENT = 100
/** Percent squared, added to the mean square: keeps the scale of a flat week away from zero. */
export const FLOOR = 0.2

const WEIGHTS_1 = 0
const BIAS_1 = HIDDEN * FEATURES
const WEIGHTS_2 = BIAS_1 + HIDDEN
const BIAS_2 = WEIGHTS_2 + HIDDEN
export const PARAMETERS = BIAS_2 + 1

/** The returns of a window split into scale and shape. */
export interface Features {
  /** Root mean square of the returns, floored, in percent. */
  readonly scale: number
  readonly values: Float64Array
}

/** Views of the parameters as the layers use them. */
export interface Layers {
  /** [HIDDEN, FEATURES] */
  readonly weights1: Float64Array
  /** [HIDDEN] */
  readonly bias1: Float64Array
  /** [HIDDEN] */
  readonly weights2: Float64Array
  /** [1] */
  readonly bias2: Float64Array
}

export function layers(parameters: Float64Array): Layers {
  return {
    weights1: parameters.subarray(WEIGHTS_1, BIAS_1),
    bias1: parameters.subarray(BIAS_1, WEIGHTS_2),
    weights2: parameters.subarray(WEIGHTS_2, BIAS_2),
    bias2: parameters.subarray(BIAS_2),
  }
}

/** Uniform starting weights; a small last layer, so that training starts from the plain root mean square. */
export function initialParameters(random: () => number): Float64Array {
  const parameters = new Float64Array(PARAMETERS)
  const { weights1, weights2 } = layers(parameters)
  const fill = (weights: Float64Array, bound: number) => {
    for (let i = 0; i < weights.length; i++) weights[i] = (2 * random() - 1) * bound
  }
  fill(weights1, Math.sqrt(3 / FEATURES))
  fill(weights2, Math.sqrt(3 / HIDDEN) / 6)
  return parameters
}

/** @param returns `WINDOW` simple returns, oldest first. */
export function features(returns: readonly number[]): Features {
  const percent = returns.map((r) => r * PERCENT)
  const meanSquare = percent.reduce((sum, x) => sum + x * x, 0) / percent.length
  const scale = Math.sqrt(meanSquare + FLOOR)
  const values = Float64Array.from([
    ...percent.map((x) => x / scale),
    ...percent.map((x) => Math.abs(x) / scale),
    Math.log(scale),
  ])
  return { scale, values }
}

/** The logarithm of predicted volatility over scale. Leaves the hidden activations in `hidden`. */
export function forward(
  parameters: Float64Array,
  values: Float64Array,
  hidden: Float64Array = new Float64Array(HIDDEN),
): number {
  const { weights1, bias1, weights2, bias2 } = layers(parameters)
  let output = bias2[0] as number
  for (let j = 0; j < HIDDEN; j++) {
    let sum = bias1[j] as number
    for (let i = 0; i < FEATURES; i++)
      sum += (weights1[j * FEATURES + i] as number) * (values[i] as number)
    const activation = Math.tanh(sum)
    hidden[j] = activation
    output += (weights2[j] as number) * activation
  }
  return output
}

/** Adds to `gradient` what one sample contributes, given the loss's derivative by the output. */
export function backward(
  parameters: Float64Array,
  gradient: Float64Array,
  values: Float64Array,
  hidden: Float64Array,
  outputGradient: number,
): void {
  const { weights2 } = layers(parameters)
  const into = layers(gradient)
  const add = (target: Float64Array, index: number, amount: number) => {
    target[index] = (target[index] as number) + amount
  }
  add(into.bias2, 0, outputGradient)
  for (let j = 0; j < HIDDEN; j++) {
    const activation = hidden[j] as number
    add(into.weights2, j, outputGradient * activation)
    const inner = outputGradient * (weights2[j] as number) * (1 - activation * activation)
    add(into.bias1, j, inner)
    for (let i = 0; i < FEATURES; i++)
      add(into.weights1, j * FEATURES + i, inner * (values[i] as number))
  }
}

/**
 * Predicted daily volatility: the standard deviation of one day's return, as a fraction (0.01 is 1 %).
 * @param returns `WINDOW` simple returns, oldest first.
 */
export function predictVolatility(parameters: Float64Array, returns: readonly number[]): number {
  const { scale, values } = features(returns)
  return (scale * Math.exp(forward(parameters, values))) / PERCENT
}
