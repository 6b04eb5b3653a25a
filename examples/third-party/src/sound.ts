/** Samples a second that the speech model takes. */
export const SAMPLE_RATE = 16_000

/** A resonance of the vocal tract: centre and bandwidth in hertz. */
type Formant = readonly [frequency: number, bandwidth: number]

/** Formants of an adult voice, after Peterson and Barney (1952); the fourth is held in common. */
const VOWELS = {
  a: [730, 1090, 2440],
  e: [530, 1840, 2480],
  i: [270, 2290, 3010],
  o: [570, 840, 2410],
  u: [300, 870, 2240],
} as const

interface Syllable {
  readonly vowel: keyof typeof VOWELS
  readonly milliseconds: number
  /** Pitch at start and end, hertz. */
  readonly pitch: readonly [number, number]
}

/** An utterance with the pitch falling at its end. */
const UTTERANCE: readonly Syllable[] = [
  { vowel: 'u', milliseconds: 120, pitch: [110, 130] },
  { vowel: 'e', milliseconds: 160, pitch: [130, 140] },
  { vowel: 'o', milliseconds: 140, pitch: [140, 120] },
  { vowel: 'a', milliseconds: 180, pitch: [125, 110] },
  { vowel: 'i', milliseconds: 160, pitch: [120, 100] },
  { vowel: 'a', milliseconds: 200, pitch: [110, 85] },
]

/**
 * Speaks six vowels: a train of pulses through resonators, as formant synthesisers do. It is no recording of a person.
 * @returns samples at 16 kHz between −1 and 1
 */
export function synthesiseSpeech(): Float32Array {
  const samples = UTTERANCE.flatMap(speakSyllable)
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  return Float32Array.from(samples, (sample) => (0.6 * sample) / peak)
}

/** White noise of a tenth of full scale: as much energy as quiet speech, and none of its structure. */
export function noise(length: number): Float32Array {
  let state = 7
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state / 2 ** 31 - 1) / 10
  })
}

function speakSyllable({ vowel, milliseconds, pitch }: Syllable): number[] {
  const length = (milliseconds * SAMPLE_RATE) / 1000
  const formants: Formant[] = [...VOWELS[vowel], 3400].map((hertz, i) => [hertz, 70 + 40 * i])
  const resonators = formants.map(createResonator)
  let phase = 1
  return Array.from({ length }, (_, i) => {
    const hertz = pitch[0] + ((pitch[1] - pitch[0]) * i) / length
    phase += hertz / SAMPLE_RATE
    const pulse = phase >= 1 ? 1 : 0
    phase %= 1
    const fade = Math.min(1, i / 400, (length - i) / 400)
    return fade * resonators.reduce((signal, resonate) => resonate(signal), pulse)
  })
}

/** A two-pole filter that rings at a formant. */
function createResonator([frequency, bandwidth]: Formant): (input: number) => number {
  const radius = Math.exp((-Math.PI * bandwidth) / SAMPLE_RATE)
  const b = 2 * radius * Math.cos((2 * Math.PI * frequency) / SAMPLE_RATE)
  const c = -radius * radius
  let last = 0
  let beforeLast = 0
  return (input) => {
    const output = (1 - b - c) * input + b * last + c * beforeLast
    beforeLast = last
    last = output
    return output
  }
}
