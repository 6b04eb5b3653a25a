import { createWasmEngine, readModel } from '@lockstep/precompile'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileVoice, judgeVoice, type Voice } from '../src/voice.js'

const engine = createWasmEngine({ threads: 1 })
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

  test('decides as the float model does, each on its own state', async () => {
    const { float, agreement, measure } = await judgeVoice(voice)
    const share = Number(float) / Number(/of (\d+)/.exec(measure)?.[1])
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.8)
    expect(Number.parseFloat(agreement)).toBeGreaterThanOrEqual(99)
  })
})
