import { createAdam } from './adam.js'
import {
  backward,
  type Features,
  features,
  forward,
  HIDDEN,
  initialParameters,
  PARAMETERS,
  PERCENT,
} from './network.js'
import { createRandom, shuffle } from './random.js'
import type { Sample } from './samples.js'

const SEED = 1
const EPOCHS = 150
const BATCH = 64
const LEARNING_RATE = 3e-3
const WEIGHT_DECAY = 1e-2
/** A day that moved far more than predicted pulls the weights no harder than this. */
const GRADIENT_BOUND = 20

interface Example extends Features {
  /** Realised variance over squared scale: what `exp(2 · output)` should be. */
  readonly target: number
}

export interface Fit {
  /** Rounded to float32, as the exported graph holds them. */
  readonly parameters: Float64Array
  /** The epoch whose parameters did best on the validation years. */
  readonly epoch: number
}

/**
 * Trains on the quasi-likelihood loss (QLIKE), which is least at the true variance however noisy its proxy is.
 * The seed is fixed and all arithmetic is float64; `Math.exp`, `Math.log` and `Math.tanh` are V8's own software
 * versions, the same on every machine, though a future V8 may round them otherwise.
 * @param training samples to fit
 * @param validation samples that choose the epoch
 */
export function fit(training: readonly Sample[], validation: readonly Sample[]): Fit {
  const random = createRandom(SEED)
  const parameters = initialParameters(random)
  const adam = createAdam(PARAMETERS)
  const examples = training.map(toExample)
  const held = validation.map(toExample)
  const order = examples.map((_, i) => i)

  let best = { loss: Number.POSITIVE_INFINITY, parameters, epoch: 0 }
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    shuffle(order, random)
    const learningRate = (LEARNING_RATE / 2) * (1 + Math.cos((Math.PI * (epoch - 1)) / EPOCHS))
    for (let start = 0; start < order.length; start += BATCH) {
      const batch = order.slice(start, start + BATCH).map((i) => examples[i] as Example)
      adam.step(parameters, batchGradient(parameters, batch), learningRate)
    }
    const loss = meanLoss(parameters, held)
    if (loss < best.loss) best = { loss, parameters: parameters.slice(), epoch }
  }
  return { parameters: Float64Array.from(best.parameters, Math.fround), epoch: best.epoch }
}

function toExample(sample: Sample): Example {
  const { scale, values } = features(sample.returns)
  return { scale, values, target: (sample.variance * PERCENT ** 2) / scale ** 2 }
}

function batchGradient(parameters: Float64Array, batch: readonly Example[]): Float64Array {
  const gradient = parameters.map((weight) => WEIGHT_DECAY * weight)
  const hidden = new Float64Array(HIDDEN)
  for (const { values, target } of batch) {
    const output = forward(parameters, values, hidden)
    // d/do of t·exp(−2o) + 2o
    const slope = Math.max(2 * (1 - target * Math.exp(-2 * output)), -GRADIENT_BOUND)
    backward(parameters, gradient, values, hidden, slope / batch.length)
  }
  return gradient
}

function meanLoss(parameters: Float64Array, examples: readonly Example[]): number {
  const total = examples.reduce((sum, { values, target }) => {
    const output = forward(parameters, values)
    return sum + target * Math.exp(-2 * output) + 2 * output
  }, 0)
  return total / examples.length
}
