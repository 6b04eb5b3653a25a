import { createWasmEngine, readModel } from '@lockstep/precompile'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileVoice, listen, SPEECH, soundscape, type Voice } from '../src/voice.js'

const engine = createWasmEngine({ threads: 1 })
const SECONDS = 20
let voice: Voice

beforeAll(async () => {
  voice = await compileVoice(engine)
})
afterAll(() => engine.close())

describe('silero VAD as an exact model', () => {
  test('is exact, and takes no sample rate: the branch of 8 kHz is gone', () => {
    const model = readModel(voice.compiled.bytes)
    expect(model.class).toBe('exact')
    expect(model.inputs.map(({ name }) => name)).toEqual(['input', 'state'])
    expect(voice.compiled.report.outputs[0]?.maxAbs).toBeLessThan(0.02)
  })

  test.each([2, 3])(
    'decides as the float model does, each on its own state: sound %i',
    async (seed) => {
      const sound = soundscape(seed, SECONDS)
      const [float, exact] = [await listen(voice.float, sound), await listen(voice.exact, sound)]
      const isSpeech = (probability: number) => probability >= SPEECH
      const speech = float.filter(isSpeech).length / float.length
      expect(speech).toBeGreaterThan(0.2)
      expect(speech).toBeLessThan(0.8)
      const alike = float.filter((p, i) => isSpeech(p) === isSpeech(exact[i] as number))
      expect(alike.length / float.length).toBeGreaterThanOrEqual(0.99)
    },
  )
})
