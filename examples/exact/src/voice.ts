import { readThirdParty } from '@lockstep/example-third-party/models'
import { SAMPLE_RATE, synthesiseSpeech } from '@lockstep/example-third-party/sound'
import {
  type Compiled,
  compileExact,
  Dtype,
  decodeTensor,
  type Engine,
  encodeTensor,
  readModel,
  type Sample,
  type Tensor,
} from '@lockstep/precompile'
import { type Judgement, percent } from './cases/case.js'
import type { Source } from './source.js'
import { float32, noiseFrom, toFloats } from './tensors.js'

/** Samples that the detector hears at a time: 32 ms. */
const FRAME = 512
const STATE = [2, 1, 128]
const RATE: Tensor = {
  dtype: Dtype.int64,
  shape: [],
  data: new Uint8Array(BigInt64Array.of(BigInt(SAMPLE_RATE)).buffer),
}
/** Probabilities from here on count as speech. */
const SPEECH = 0.5
/** Its state goes round: what 8 bits lose would add up. */
export const VOICE_BITS = 16
/** Sounds that calibrate nothing, and how long they are. */
const HELD_SOUNDS = { seeds: [2, 3], seconds: 20 }
/** Seconds of sound that calibrate it, of which every so many frames are samples. */
const CALIBRATION = { seed: 1, seconds: 40, every: 6 }

/** Answers a frame of sound and the state before it by the probability of speech and the state after it. */
export type Detector = (frame: Tensor, state: Tensor) => Promise<readonly [number, Tensor]>

/**
 * Utterances and bursts of noise at any loudness and pitch, with pauses between.
 * @param seed - Another one, another sound.
 * @returns samples at 16 kHz between −1 and 1
 */
export function soundscape(seed: number, seconds: number): Float32Array {
  const next = noiseFrom(seed)
  const share = () => (next() + 1) / 2
  const sound = Float32Array.from({ length: seconds * SAMPLE_RATE }, () => next() / 1000)
  const speech = synthesiseSpeech()
  const add = (start: number, length: number, sample: (i: number) => number) => {
    for (let i = 0; i < length && start + i < sound.length; i++) {
      sound[start + i] = (sound[start + i] as number) + sample(i)
    }
    return start + length
  }
  let at = 0
  while (at < sound.length) {
    at += Math.floor(share() * SAMPLE_RATE)
    const [gain, speed] = [0.02 + 1.2 * share(), 0.8 + 0.5 * share()]
    const length = Math.floor(speech.length / speed)
    at = add(at, length, (i) => gain * (speech[Math.floor(i * speed)] ?? 0))
    if (share() > 0.4) continue
    const loudness = share() / 10
    at = add(at, Math.floor(share() * SAMPLE_RATE), () => loudness * next())
  }
  return sound.map((sample) => Math.min(1, Math.max(-1, sample)))
}

/** Listens frame by frame; the detector's own state goes from each to the next. */
export async function listen(
  detect: Detector,
  sound: Float32Array,
  onFrame?: (sample: Sample) => void,
): Promise<number[]> {
  const probabilities: number[] = []
  let state = float32(STATE, new Float32Array(256))
  for (let start = 0; start + FRAME <= sound.length; start += FRAME) {
    const frame = float32([1, FRAME], sound.slice(start, start + FRAME))
    onFrame?.({ input: frame, state })
    const [probability, after] = await detect(frame, state)
    probabilities.push(probability)
    state = after
  }
  return probabilities
}

/** Both forms of the speech detector, and how the exact one was compiled. */
export interface Voice {
  readonly float: Detector
  readonly exact: Detector
  readonly compiled: Compiled
}

/** Silero VAD v5 for 16 kHz. @param engine - Runs the float model for the states that calibrate. */
export function voiceSource(engine: Engine): Source {
  return {
    name: 'voice',
    options: {
      bits: VOICE_BITS,
      shapes: { input: [1, FRAME], state: STATE },
      constants: { sr: RATE },
    },
    read: () => readThirdParty('speech'),
    async calibrate() {
      const frames: Sample[] = []
      const { seed, seconds, every } = CALIBRATION
      const detect = floatDetector(engine, await readThirdParty('speech'))
      await listen(detect, soundscape(seed, seconds), (sample) => frames.push(sample))
      return frames.filter((_, i) => i % every === 0)
    },
  }
}

/** Listens to sounds that calibrated nothing, each form with its own state. */
export async function judgeVoice({
  float,
  exact,
}: Pick<Voice, 'float' | 'exact'>): Promise<Judgement> {
  const { seeds, seconds } = HELD_SOUNDS
  const heard = { float: [] as number[], exact: [] as number[] }
  for (const seed of seeds) {
    const sound = soundscape(seed, seconds)
    heard.float.push(...(await listen(float, sound)))
    heard.exact.push(...(await listen(exact, sound)))
  }
  const isSpeech = (probability: number | undefined) => (probability ?? 0) >= SPEECH
  const count = heard.float.length
  const alike = heard.float.filter((p, i) => isSpeech(p) === isSpeech(heard.exact[i])).length
  return {
    measure: `frames of speech, of ${count} with noise and pauses`,
    float: String(heard.float.filter(isSpeech).length),
    exact: String(heard.exact.filter(isSpeech).length),
    agreement: `${percent(alike, count)} decided alike`,
  }
}

/** Compiles the speech detector. @param engine - Runs the float model and the exact one. */
export async function compileVoice(engine: Engine): Promise<Voice> {
  const { options, read, calibrate } = voiceSource(engine)
  const bytes = await read()
  const calibration = await calibrate()
  const compiled = await compileExact(bytes, { ...options, calibration, engine })
  const exact = exactDetector(engine, compiled.bytes)
  return { float: floatDetector(engine, bytes), exact, compiled }
}

function floatDetector(engine: Engine, bytes: Uint8Array): Detector {
  const model = readModel(bytes)
  return async (frame, state) => {
    const [probability, after] = await engine.run(model, [frame, state, RATE])
    return [toFloats(probability as Tensor)[0] as number, after as Tensor]
  }
}

function exactDetector(engine: Engine, bytes: Uint8Array): Detector {
  const model = readModel(bytes)
  const { inputs = [], outputs = [] } = model.encodings ?? {}
  return async (...tensors) => {
    const integers = tensors.map((tensor, i) =>
      encodeTensor(tensor, model.inputs[i]?.dtype ?? tensor.dtype, inputs[i]),
    )
    const [probability, after] = (await engine.run(model, integers)).map((tensor, i) =>
      decodeTensor(tensor, outputs[i]),
    ) as [Float64Array, Float64Array]
    return [probability[0] as number, float32(STATE, Float32Array.from(after))]
  }
}
