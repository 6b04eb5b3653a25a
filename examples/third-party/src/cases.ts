import type { Tensor } from '@lockstep/sdk'
import { readThirdParty } from './models.js'
import { float32Tensor, int64Scalar, type Run, toFloat32Array } from './probe.js'
import { SAMPLE_RATE } from './sound.js'
import { decodeText, LINE_HEIGHT, renderText } from './text.js'

/** Runs one model on inputs, wherever that happens. */
export type Runner = (inputs: readonly Tensor[]) => Promise<Run>

/** Samples that the speech model hears at a time: 32 ms. */
export const FRAME = 512

/** The text that the recogniser is given, and the width of the line in pixels. */
export const TEXT = 'LOCKSTEP'
const LINE_WIDTH = 160

/**
 * Listens to a sound frame by frame, one transaction a frame; the model's state goes from each to the next.
 * @returns the probability of speech in each frame, and the runs
 */
export async function listen(
  run: Runner,
  sound: Float32Array,
): Promise<{ probabilities: number[]; runs: Run[] }> {
  const probabilities: number[] = []
  const runs: Run[] = []
  let state = float32Tensor([2, 1, 128], new Float32Array(256))
  for (let start = 0; start + FRAME <= sound.length; start += FRAME) {
    const frame = float32Tensor([1, FRAME], sound.subarray(start, start + FRAME))
    const answer = await run([frame, state, int64Scalar(BigInt(SAMPLE_RATE))])
    const [probability, nextState] = answer.outputs as [Tensor, Tensor]
    probabilities.push(toFloat32Array(probability)[0] as number)
    runs.push(answer)
    state = nextState
  }
  return { probabilities, runs }
}

/** The line of text as the recogniser takes it: float32 [1, 3, 48, 160]. */
export function textImage(): Tensor {
  return float32Tensor([1, 3, LINE_HEIGHT, LINE_WIDTH], renderText(TEXT, LINE_WIDTH, 3))
}

/** Reads a line of text in one transaction. */
export async function recognise(run: Runner): Promise<{ text: string; run: Run }> {
  const keys = Buffer.from(await readThirdParty('characters')).toString('utf8')
  const answer = await run([textImage()])
  const [probabilities] = answer.outputs as [Tensor]
  const classes = probabilities.shape.at(-1) as number
  const text = decodeText(toFloat32Array(probabilities), classes, keys.trimEnd().split('\n'))
  return { text, run: answer }
}

/** Embeddings of no particular sound: the model that makes real ones is not on npm. float32 [1, 25, 96]. */
export function anyEmbeddings(): Tensor {
  const values = Float32Array.from({ length: 25 * 96 }, (_, i) => 8 * Math.sin(i * 0.37))
  return float32Tensor([1, 25, 96], values)
}
