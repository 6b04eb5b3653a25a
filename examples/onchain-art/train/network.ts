import { CLASSES, PIXELS } from '@lockstep/example-exact/digits'
import { cutLayers, type Layers as LayersOf } from '@lockstep/example-exact/layers'

/** Numbers that describe one handwriting: what the generator is given besides the numeral. */
export const LATENT = 4
export const HIDDEN = 128
/** What the generator takes: the handwriting, then one of ten numerals as a 1 among 0s. */
export const INPUTS = LATENT + CLASSES

// The weights of a layer are [input, output], so that an input of 0, which most pixels are, is skipped.
const SIZES = {
  encode: (PIXELS + CLASSES) * HIDDEN,
  encodeBias: HIDDEN,
  mean: HIDDEN * LATENT,
  meanBias: LATENT,
  spread: HIDDEN * LATENT,
  spreadBias: LATENT,
  decode: INPUTS * HIDDEN,
  decodeBias: HIDDEN,
  draw: HIDDEN * PIXELS,
  drawBias: PIXELS,
} as const

export type LayerName = keyof typeof SIZES

/** Views of the parameters as the layers use them. */
export type Layers = LayersOf<LayerName>

export const PARAMETERS = Object.values(SIZES).reduce((sum, size) => sum + size, 0)

/** Multiply-accumulates of one drawing. */
export const MACS = SIZES.decode + SIZES.draw

export function layers(parameters: Float64Array): Layers {
  return cutLayers(SIZES, parameters)
}

/** Uniform weights that keep the variance of activations, no biases. */
export function initialParameters(random: () => number): Float64Array {
  const parameters = new Float64Array(PARAMETERS)
  const { encode, mean, spread, decode, draw } = layers(parameters)
  const fill = (weights: Float64Array, inputs: number) => {
    const bound = Math.sqrt(3 / inputs)
    for (let i = 0; i < weights.length; i++) weights[i] = (2 * random() - 1) * bound
  }
  // A fifth of the pixels hold ink.
  fill(encode, PIXELS / 5)
  fill(mean, HIDDEN)
  fill(spread, HIDDEN * 10)
  fill(decode, INPUTS)
  fill(draw, HIDDEN)
  return parameters
}
