import { CLASSES, PIXELS } from '@lockstep/example-exact/digits'
import { dense, learn, passBack } from './dense.js'
import { HIDDEN, INPUTS, LATENT, type Layers } from './network.js'

/** A numeral to learn from: ink from 0 to 1, and which numeral it is. */
export interface Sample {
  readonly ink: Float64Array
  readonly label: number
}

/** How much the handwritings are pulled towards the normal distribution that a mint draws from. */
const PULL = 2

/**
 * A conditional variational autoencoder (Kingma and Welling, 2013) on one sample at a time. The buffers are reused.
 * @param normal - Draws from the standard normal distribution.
 */
export function createPass(normal: () => number) {
  const seen = new Float64Array(PIXELS + CLASSES)
  const encoded = new Float64Array(HIDDEN)
  const mean = new Float64Array(LATENT)
  const logVariance = new Float64Array(LATENT)
  const noise = new Float64Array(LATENT)
  const given = new Float64Array(INPUTS)
  const decoded = new Float64Array(HIDDEN)
  const drawn = new Float64Array(PIXELS)

  function forward(layer: Layers, { ink, label }: Sample): number {
    seen.fill(0)
    seen.set(ink)
    seen[PIXELS + label] = 1
    dense(layer.encode, layer.encodeBias, seen, encoded)
    relu(encoded)
    dense(layer.mean, layer.meanBias, encoded, mean)
    dense(layer.spread, layer.spreadBias, encoded, logVariance)
    given.fill(0)
    given[LATENT + label] = 1
    let divergence = 0
    for (let i = 0; i < LATENT; i++) {
      const m = mean[i] as number
      const v = logVariance[i] as number
      const e = normal()
      noise[i] = e
      given[i] = m + Math.exp(v / 2) * e
      divergence += (Math.exp(v) + m * m - 1 - v) / 2
    }
    draw(layer, given, decoded, drawn)
    let surprise = 0
    for (let i = 0; i < PIXELS; i++) {
      const x = ink[i] as number
      const p = Math.min(Math.max(drawn[i] as number, 1e-7), 1 - 1e-7)
      surprise -= x * Math.log(p) + (1 - x) * Math.log(1 - p)
    }
    return surprise + PULL * divergence
  }

  function backward(layer: Layers, slope: Layers, { ink }: Sample): void {
    const drawSlopes = drawn.map((p, i) => p - (ink[i] as number))
    learn(slope.draw, slope.drawBias, decoded, drawSlopes)
    const decodeSlopes = new Float64Array(HIDDEN)
    passBack(layer.draw, drawSlopes, decodeSlopes)
    reluBack(decoded, decodeSlopes)
    learn(slope.decode, slope.decodeBias, given, decodeSlopes)
    const latentSlopes = new Float64Array(LATENT)
    passBack(layer.decode, decodeSlopes, latentSlopes)

    const meanSlopes = latentSlopes.map((g, i) => g + PULL * (mean[i] as number))
    const spreadSlopes = latentSlopes.map((g, i) => {
      const v = logVariance[i] as number
      return (g * (noise[i] as number) * Math.exp(v / 2) + PULL * (Math.exp(v) - 1)) / 2
    })
    learn(slope.mean, slope.meanBias, encoded, meanSlopes)
    learn(slope.spread, slope.spreadBias, encoded, spreadSlopes)
    const encodeSlopes = new Float64Array(HIDDEN)
    passBack(layer.mean, meanSlopes, encodeSlopes)
    passBack(layer.spread, spreadSlopes, encodeSlopes)
    reluBack(encoded, encodeSlopes)
    learn(slope.encode, slope.encodeBias, seen, encodeSlopes)
  }

  return {
    /** Adds one sample's slopes. @returns its loss */
    learn(layer: Layers, slope: Layers, sample: Sample): number {
      const loss = forward(layer, sample)
      backward(layer, slope, sample)
      return loss
    },
  }
}

/** The generator: a handwriting and a numeral in, ink from 0 to 1 out. */
export function draw(
  layer: Layers,
  given: Float64Array,
  decoded: Float64Array,
  drawn: Float64Array,
): void {
  dense(layer.decode, layer.decodeBias, given, decoded)
  relu(decoded)
  dense(layer.draw, layer.drawBias, decoded, drawn)
  for (let i = 0; i < drawn.length; i++) drawn[i] = 1 / (1 + Math.exp(-(drawn[i] as number)))
}

function relu(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) if ((values[i] as number) < 0) values[i] = 0
}

/** No slope passes where the activation was cut. */
function reluBack(values: Float64Array, slopes: Float64Array): void {
  for (let i = 0; i < values.length; i++) if (values[i] === 0) slopes[i] = 0
}
