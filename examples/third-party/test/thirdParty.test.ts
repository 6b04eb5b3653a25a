import { createDevnet, type Devnet } from '@lockstep/devnet'
import { bytesOf, float32, int64, openBare } from '@lockstep/example-volatility/bareRuntime'
import { connect, type DemoClient } from '@lockstep/example-volatility/client'
import { type Address, keccak256 } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  anyEmbeddings,
  FRAME,
  listen,
  type Runner,
  recognise,
  TEXT,
  textImage,
} from '../src/cases.js'
import { readThirdParty } from '../src/models.js'
import { deployProbe, runModel, toFloat32Array } from '../src/probe.js'
import { noise, SAMPLE_RATE, synthesiseSpeech } from '../src/sound.js'

let devnet: Devnet
let client: DemoClient
let probe: Address

beforeAll(async () => {
  devnet = await createDevnet({ port: 0 })
  client = await connect(devnet.url)
  probe = await deployProbe(client)
})

afterAll(() => devnet.close())

async function deploy(name: 'speech' | 'text' | 'wakeWord'): Promise<Runner> {
  const { id } = await client.inference.deployModelSync({ bytes: await readThirdParty(name) })
  return (inputs) => runModel(client, probe, id, inputs)
}

describe('silero VAD v5 in mined transactions', () => {
  test('finds speech in a voice and none in noise or silence', async () => {
    const run = await deploy('speech')
    const voice = await listen(run, synthesiseSpeech().subarray(0, 16 * FRAME))
    const hiss = await listen(run, noise(8 * FRAME))
    const silence = await listen(run, new Float32Array(8 * FRAME))
    expect(Math.min(...voice.probabilities.slice(4))).toBeGreaterThan(0.5)
    expect(Math.max(...hiss.probabilities)).toBeLessThan(0.2)
    expect(Math.max(...silence.probabilities)).toBeLessThan(0.2)
  })

  test('answers each frame bit for bit as ONNX Runtime alone does', async () => {
    const sound = synthesiseSpeech().subarray(0, 12 * FRAME)
    const { runs } = await listen(await deploy('speech'), sound)
    const bare = await openBare(await readThirdParty('speech'))
    let state = float32(new Float32Array(256), [2, 1, 128])
    for (const [i, { outputHashes }] of runs.entries()) {
      const input = float32(sound.subarray(i * FRAME, (i + 1) * FRAME), [1, FRAME])
      const answer = await bare.run({ input, state, sr: int64(BigInt(SAMPLE_RATE)) })
      const expected = [answer.output, answer.stateN].map((tensor) => keccak256(bytesOf(tensor)))
      expect(outputHashes).toEqual(expected)
      state = answer.stateN as typeof state
    }
    expect(runs).toHaveLength(12)
  })
})

describe('the PP-OCRv4 recogniser in a mined transaction', () => {
  let runText: Runner

  // Eleven megabytes are hashed and checked at both ends, which takes a while on a busy machine.
  beforeAll(async () => {
    runText = await deploy('text')
  })

  test('reads the text, bit for bit as ONNX Runtime alone does', async () => {
    const { text, run } = await recognise(runText)
    expect(text).toBe(TEXT)
    const image = textImage()
    const bare = await openBare(await readThirdParty('text'))
    const answer = await bare.run({ x: float32(toFloat32Array(image), image.shape) })
    expect(run.outputHashes).toEqual(Object.values(answer).map((o) => keccak256(bytesOf(o))))
  })
})

describe('the wake-word classifier in a mined transaction', () => {
  test('scores embeddings, bit for bit as ONNX Runtime alone does', async () => {
    const embeddings = anyEmbeddings()
    const { outputs, outputHashes } = await (await deploy('wakeWord'))([embeddings])
    const score = outputs.map(toFloat32Array)[0]?.[0]
    expect(score).toBeGreaterThan(0)
    expect(score).toBeLessThan(1)
    const bare = await openBare(await readThirdParty('wakeWord'))
    const feed = float32(toFloat32Array(embeddings), embeddings.shape)
    const answer = await bare.run({ 'onnx::Flatten_0': feed })
    expect(outputHashes).toEqual(Object.values(answer).map((o) => keccak256(bytesOf(o))))
  })

  test('refuses a tensor of another shape by name', async () => {
    const run = await deploy('wakeWord')
    const { dtype, data } = anyEmbeddings()
    await expect(run([{ dtype, shape: [1, 96, 25], data }])).rejects.toThrow('ShapeMismatch')
  })
})
