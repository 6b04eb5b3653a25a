import { CLASSES, PIXELS, SIDE } from '../../src/digits.js'
import { accumulate, depthOf, gather, product, scatter, windowOffsets } from './convolution.js'
import { CHANNELS_1, CHANNELS_2, FLAT, type Layers, SIDE_1, SIDE_2, STRIDE } from './network.js'

const WINDOW_1 = { channels: 1, inputSide: SIDE, outputSide: SIDE_1, stride: STRIDE }
const WINDOW_2 = { channels: CHANNELS_1, inputSide: SIDE_1, outputSide: SIDE_1, stride: 1 }
const POSITIONS = SIDE_1 * SIDE_1
const DEPTH_1 = depthOf(WINDOW_1)
const DEPTH_2 = depthOf(WINDOW_2)

/** Runs the network forth and back on one image at a time, in buffers of its own. */
export function createPass() {
  const offsets1 = windowOffsets(WINDOW_1)
  const offsets2 = windowOffsets(WINDOW_2)
  const patches1 = new Float64Array(offsets1.length)
  const patches2 = new Float64Array(offsets2.length)
  const hidden1 = new Float64Array(CHANNELS_1 * POSITIONS)
  const hidden2 = new Float64Array(CHANNELS_2 * POSITIONS)
  const pooled = new Float64Array(FLAT)
  /** Which position of a channel won its window of four; −1 where none was positive. */
  const winners = new Int32Array(FLAT)
  const logits = new Float64Array(CLASSES)
  const pooledGradient = new Float64Array(FLAT)
  const patchGradient = new Float64Array(offsets2.length)
  const hiddenGradient = new Float64Array(hidden1.length)

  /** @returns a score a class; the buffer is used again by the next call. */
  function forward(
    { weights1, bias1, weights2, bias2, weights3, bias3 }: Layers,
    image: Float64Array,
  ) {
    if (image.length !== PIXELS) throw new RangeError(`an image of ${image.length} pixels`)
    gather(image, offsets1, patches1)
    product(weights1, bias1, patches1, DEPTH_1, hidden1)
    for (let i = 0; i < hidden1.length; i++) if ((hidden1[i] as number) < 0) hidden1[i] = 0
    gather(hidden1, offsets2, patches2)
    product(weights2, bias2, patches2, DEPTH_2, hidden2)
    pool()
    for (let label = 0; label < CLASSES; label++) {
      let sum = bias3[label] as number
      for (let i = 0; i < FLAT; i++)
        sum += (weights3[label * FLAT + i] as number) * (pooled[i] as number)
      logits[label] = sum
    }
    return logits
  }

  /** The largest of each window of four, and zero where all are negative. */
  function pool(): void {
    for (let at = 0; at < FLAT; at++) {
      const channel = Math.floor(at / (SIDE_2 * SIDE_2))
      const row = 2 * (Math.floor(at / SIDE_2) % SIDE_2)
      const column = 2 * (at % SIDE_2)
      const first = row * SIDE_1 + column
      let best = 0
      let winner = -1
      for (const position of [first, first + 1, first + SIDE_1, first + SIDE_1 + 1]) {
        const value = hidden2[channel * POSITIONS + position] as number
        if (value <= best) continue
        best = value
        winner = position
      }
      pooled[at] = best
      winners[at] = winner
    }
  }

  /** Adds to `into` what the image of the last `forward` contributes, given the loss's derivatives by the logits. */
  function backward({ weights2, weights3 }: Layers, into: Layers, slopes: Float64Array): void {
    pooledGradient.fill(0)
    for (let label = 0; label < CLASSES; label++) {
      const slope = slopes[label] as number
      into.bias3[label] = (into.bias3[label] as number) + slope
      accumulate(into.weights3, label * FLAT, slope, pooled, 0, FLAT)
      accumulate(pooledGradient, 0, slope, weights3, label * FLAT, FLAT)
    }
    patchGradient.fill(0)
    for (let at = 0; at < FLAT; at++) {
      const winner = winners[at] as number
      if (winner < 0) continue
      const channel = Math.floor(at / (SIDE_2 * SIDE_2))
      const slope = pooledGradient[at] as number
      into.bias2[channel] = (into.bias2[channel] as number) + slope
      accumulate(into.weights2, channel * DEPTH_2, slope, patches2, winner * DEPTH_2, DEPTH_2)
      accumulate(patchGradient, winner * DEPTH_2, slope, weights2, channel * DEPTH_2, DEPTH_2)
    }
    hiddenGradient.fill(0)
    scatter(patchGradient, offsets2, hiddenGradient)
    for (let i = 0; i < hidden1.length; i++) {
      if (hidden1[i] === 0) continue
      const channel = Math.floor(i / POSITIONS)
      const slope = hiddenGradient[i] as number
      into.bias1[channel] = (into.bias1[channel] as number) + slope
      const from = (i % POSITIONS) * DEPTH_1
      accumulate(into.weights1, channel * DEPTH_1, slope, patches1, from, DEPTH_1)
    }
  }

  return { forward, backward }
}

export type Pass = ReturnType<typeof createPass>
