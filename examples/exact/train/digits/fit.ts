import { createAdam } from '@lockstep/example-volatility/adam'
import { createRandom, shuffle } from '@lockstep/example-volatility/random'
import { type Digit, PIXELS, SIDE } from '../../src/digits.js'
import { initialParameters, layers, PARAMETERS } from './network.js'
import { createPass, type Pass } from './pass.js'

const SEED = 1
const EPOCHS = 8
const BATCH = 32
const LEARNING_RATE = 2e-3
/** Images are moved by up to so many pixels, another way in each epoch. */
const SHIFT = 2

/**
 * Trains the network by cross entropy. The seed is fixed and all arithmetic is float64; `Math.exp` and `Math.cos` are
 * V8's own software versions, the same on every machine, though a future V8 may round them otherwise.
 * @param onEpoch - told of the mean loss of each epoch
 * @returns parameters rounded to float32, as the exported graph holds them
 */
export function fit(
  training: readonly Digit[],
  onEpoch: (epoch: number, loss: number) => void = () => {},
): Float64Array {
  const random = createRandom(SEED)
  const parameters = initialParameters(random)
  const adam = createAdam(PARAMETERS)
  const pass = createPass()
  const order = training.map((_, i) => i)
  const steps = EPOCHS * Math.ceil(order.length / BATCH)
  let step = 0
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    shuffle(order, random)
    let loss = 0
    for (let start = 0; start < order.length; start += BATCH) {
      const batch = order.slice(start, start + BATCH).map((i) => training[i] as Digit)
      const gradient = new Float64Array(PARAMETERS)
      for (const digit of batch)
        loss += learn(pass, parameters, gradient, digit, batch.length, random)
      adam.step(
        parameters,
        gradient,
        (LEARNING_RATE / 2) * (1 + Math.cos((Math.PI * step++) / steps)),
      )
    }
    onEpoch(epoch, loss / order.length)
  }
  return Float64Array.from(parameters, Math.fround)
}

/** Adds one digit's share of the gradient. @returns its loss */
function learn(
  pass: Pass,
  parameters: Float64Array,
  gradient: Float64Array,
  { pixels, label }: Digit,
  batch: number,
  random: () => number,
): number {
  const probabilities = softmax(pass.forward(layers(parameters), shifted(pixels, random)))
  const slopes = probabilities.map((p, i) => (p - (i === label ? 1 : 0)) / batch)
  pass.backward(layers(parameters), layers(gradient), slopes)
  return -Math.log(Math.max(probabilities[label] as number, 1e-300))
}

function softmax(logits: Float64Array): Float64Array {
  const most = Math.max(...logits)
  const powers = logits.map((logit) => Math.exp(logit - most))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}

/** The image as numbers from 0 to 1, moved at random over paper. */
function shifted(pixels: Uint8Array, random: () => number): Float64Array {
  const move = () => Math.floor(random() * (2 * SHIFT + 1)) - SHIFT
  const down = move()
  const right = move()
  const image = new Float64Array(PIXELS)
  for (let y = Math.max(0, down); y < Math.min(SIDE, SIDE + down); y++) {
    for (let x = Math.max(0, right); x < Math.min(SIDE, SIDE + right); x++) {
      image[y * SIDE + x] = (pixels[(y - down) * SIDE + x - right] as number) / 255
    }
  }
  return image
}

/** The share of digits whose likeliest class is theirs. */
export function accuracy(parameters: Float64Array, digits: readonly Digit[]): number {
  const pass = createPass()
  const views = layers(parameters)
  const right = digits.filter(({ pixels, label }) => {
    const logits = pass.forward(
      views,
      Float64Array.from(pixels, (level) => level / 255),
    )
    return logits.indexOf(Math.max(...logits)) === label
  })
  return right.length / digits.length
}
