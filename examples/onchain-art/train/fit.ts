import type { Digit } from '@lockstep/example-exact/digits'
import { createAdam } from '@lockstep/example-volatility/adam'
import { createRandom, shuffle } from '@lockstep/example-volatility/random'
import { initialParameters, layers, PARAMETERS } from './network.js'
import { createPass } from './pass.js'

const SEED = 7
const EPOCHS = 24
const BATCH = 32
const LEARNING_RATE = 2e-3

/**
 * Trains the autoencoder. The seed is fixed and all arithmetic is float64; `Math.exp`, `Math.log` and `Math.cos` are
 * V8's own software versions, the same on every machine, though a future V8 may round them otherwise.
 * @param onEpoch - told of the mean loss of each epoch, in nats a picture
 * @returns parameters rounded to float32, as the exported graph holds them
 */
export function fit(
  training: readonly Digit[],
  onEpoch: (epoch: number, loss: number) => void = () => {},
): Float64Array {
  const random = createRandom(SEED)
  const samples = training.map(({ pixels, label }) => ({
    ink: Float64Array.from(pixels, (level) => level / 255),
    label,
  }))
  const parameters = initialParameters(random)
  const adam = createAdam(PARAMETERS)
  const pass = createPass(createNormal(random))
  const order = samples.map((_, i) => i)
  const steps = EPOCHS * Math.ceil(order.length / BATCH)
  let step = 0
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    shuffle(order, random)
    let loss = 0
    for (let start = 0; start < order.length; start += BATCH) {
      const slopes = new Float64Array(PARAMETERS)
      const batch = order.slice(start, start + BATCH)
      for (const i of batch) {
        const sample = samples[i] as (typeof samples)[number]
        loss += pass.learn(layers(parameters), layers(slopes), sample)
      }
      const mean = slopes.map((slope) => slope / batch.length)
      const rate = (LEARNING_RATE / 2) * (1 + Math.cos((Math.PI * step++) / steps))
      adam.step(parameters, mean, rate)
    }
    onEpoch(epoch, loss / order.length)
  }
  return Float64Array.from(parameters, Math.fround)
}

/** The standard normal distribution, by Box and Muller. */
function createNormal(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
