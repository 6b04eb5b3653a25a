import { CLASSES, SIDE } from '../../src/digits.js'
import { cutLayers, type Layers as LayersOf } from '../layers.js'

/** Pixels between two centres of the first convolution's kernels. */
export const STRIDE = 2
export const KERNEL = 3
/** Channels of the two convolutions. */
export const CHANNELS_1 = 32
export const CHANNELS_2 = 64
/** Side of what the first convolution makes, and of what is left after pooling. */
export const SIDE_1 = SIDE / STRIDE
export const SIDE_2 = SIDE_1 / 2
/** Numbers that the last layer weighs for each class. */
export const FLAT = CHANNELS_2 * SIDE_2 * SIDE_2

const TAPS = KERNEL * KERNEL
const SIZES = {
  weights1: CHANNELS_1 * TAPS,
  bias1: CHANNELS_1,
  weights2: CHANNELS_2 * CHANNELS_1 * TAPS,
  bias2: CHANNELS_2,
  weights3: CLASSES * FLAT,
  bias3: CLASSES,
} as const

export type LayerName = keyof typeof SIZES

/** Views of the parameters as the layers use them; weights are [output, input, row, column]. */
export type Layers = LayersOf<LayerName>

export const PARAMETERS = Object.values(SIZES).reduce((sum, size) => sum + size, 0)

/** Multiply-accumulates of one run. */
export const MACS = SIZES.weights1 * SIDE_1 ** 2 + SIZES.weights2 * SIDE_1 ** 2 + SIZES.weights3

export function layers(parameters: Float64Array): Layers {
  return cutLayers(SIZES, parameters)
}

/** Uniform weights that keep the variance of activations, no biases. */
export function initialParameters(random: () => number): Float64Array {
  const parameters = new Float64Array(PARAMETERS)
  const { weights1, weights2, weights3 } = layers(parameters)
  const fill = (weights: Float64Array, inputs: number) => {
    const bound = Math.sqrt(6 / inputs)
    for (let i = 0; i < weights.length; i++) weights[i] = (2 * random() - 1) * bound
  }
  fill(weights1, TAPS)
  fill(weights2, CHANNELS_1 * TAPS)
  fill(weights3, FLAT * 4)
  return parameters
}
