import { readThirdParty } from '@lockstep/example-third-party/models'
import type { Tensor } from '@lockstep/precompile'
import { float32, noiseFrom } from '../tensors.js'
import type { ExactCase } from './case.js'

const FRAMES = 25
const WIDTH = 96
const CALIBRATION = 200
const HELD = 500
/** Scores above it would wake. */
const THRESHOLD = 0.5

/**
 * Embeddings that drift from frame to frame, as those of speech do; the model that makes real ones is not on npm.
 * @param seed - Another one, another sample.
 */
export function embeddings(seed: number): Tensor {
  const next = noiseFrom(seed)
  const loudness = 1 + 6 * Math.abs(next())
  const state = Float32Array.from({ length: WIDTH }, () => loudness * next())
  const values = Float32Array.from({ length: FRAMES * WIDTH }, (_, i) => {
    const at = i % WIDTH
    state[at] = 0.8 * (state[at] as number) + 0.6 * loudness * next()
    return state[at] as number
  })
  return float32([1, FRAMES, WIDTH], values)
}

export const wakeWord: ExactCase = {
  title: 'Wake word (openwakeword-js)',
  name: 'wake-word',
  options: { bits: 8 },
  read: () => readThirdParty('wakeWord'),
  calibrate: () =>
    Array.from({ length: CALIBRATION }, (_, i) => ({ 'onnx::Flatten_0': embeddings(i + 1) })),
  async judge(float, exact) {
    let [woken, wokenExact, same, worst] = [0, 0, 0, 0]
    for (let i = 0; i < HELD; i++) {
      const input = [embeddings(10_000 + i)]
      const [a, b] = (await Promise.all([float(input), exact(input)])).map(
        ([score]) => score?.[0] as number,
      ) as [number, number]
      if (a > THRESHOLD) woken++
      if (b > THRESHOLD) wokenExact++
      if (a > THRESHOLD === b > THRESHOLD) same++
      worst = Math.max(worst, Math.abs(a - b))
    }
    return {
      measure: `samples that wake, of ${HELD}`,
      float: String(woken),
      exact: String(wokenExact),
      agreement: `${((100 * same) / HELD).toFixed(2)} % decided alike; scores at most ${worst.toFixed(3)} apart`,
    }
  },
}
