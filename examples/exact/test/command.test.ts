import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createDevnet, type Devnet } from '@lockstep/devnet'
import { readThirdParty } from '@lockstep/example-third-party/models'
import { decodeText } from '@lockstep/example-third-party/text'
import { createWasmEngine, readModel, type Sample, type Tensor } from '@lockstep/precompile'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inSixteenBits, largest } from '../src/cases/case.js'
import { digits, digitTensor } from '../src/cases/digits.js'
import { HELD_WORDS, lineTensor } from '../src/cases/lines.js'
import { dayTensor, treeSize } from '../src/cases/market.js'
import { textReader } from '../src/cases/textReader.js'
import { volatility, windowTensor } from '../src/cases/volatility.js'
import { embeddings, wakeWord } from '../src/cases/wakeWord.js'
import { readDigits } from '../src/digits.js'
import { readMarket } from '../src/market.js'
import { plainSample, type Source, writeSource } from '../src/source.js'
import { float32, toFloats } from '../src/tensors.js'
import { soundscape, voiceSource } from '../src/voice.js'

const run = promisify(execFile)
const command = fileURLToPath(new URL('../../../devnet/bin/lockstep.js', import.meta.url))
const engine = createWasmEngine({ threads: 1 })
/** Enough to know the ranges by, so that all models are compiled in a minute. */
const FEW_SAMPLES = 24
/** The recogniser takes a minute where nothing else runs. */
const PATIENCE_MS = 900_000

let devnet: Devnet
let folder: string

beforeAll(async () => {
  devnet = await createDevnet({ port: 0 })
  folder = await mkdtemp(join(tmpdir(), 'lockstep-exact-'))
})
afterAll(async () => {
  await devnet.close()
  await engine.close()
  await rm(folder, { recursive: true })
})

/** What a command prints as JSON. */
async function lockstep(...args: readonly string[]) {
  const env = { ...process.env, LOCKSTEP_RPC_URL: devnet.url, NO_COLOR: '1' }
  const options = { env, maxBuffer: 2 ** 28 }
  const { stdout } = await run(process.execPath, [command, ...args, '--json'], options)
  return JSON.parse(stdout)
}

interface Tried {
  readonly source: Source
  /** Inputs that calibrate nothing. */
  readonly input: () => Sample
  /** Inputs of the float model that are constants of the exact one. */
  readonly rest?: readonly Tensor[]
  /** Throws where the exact answer is not the float one, to what its kind may lose. */
  readonly compare: (exact: readonly number[], float: readonly number[]) => void | Promise<void>
}

const nearTo =
  (tolerance: number): Tried['compare'] =>
  ([exact = Number.NaN], [float = Number.NaN]) => {
    expect(Math.abs(exact - float)).toBeLessThan(tolerance)
  }

const relativelyNearTo =
  (tolerance: number): Tried['compare'] =>
  ([exact = Number.NaN], [float = Number.NaN]) => {
    expect(Math.abs(exact / float - 1)).toBeLessThan(tolerance)
  }

async function readLine(answer: readonly number[]): Promise<string> {
  const keys = Buffer.from(await readThirdParty('characters')).toString('utf8')
  const characters = keys.trimEnd().split('\n')
  return decodeText(Float32Array.from(answer), characters.length + 2, characters)
}

const tried: readonly Tried[] = [
  {
    source: volatility,
    input: () => ({
      returns: windowTensor([0.012, -0.004, 0.001, -0.009, 0.002, 0.007, -0.015, 0.003]),
    }),
    compare: relativelyNearTo(1e-3),
  },
  {
    source: treeSize,
    input: () => ({ features: dayTensor(readMarket().test[100] as never) }),
    compare: relativelyNearTo(1e-6),
  },
  {
    source: digits,
    input: () => ({ image: digitTensor(readDigits().test[3] as never) }),
    compare: (exact, float) => expect(largest(exact)).toBe(largest(float)),
  },
  {
    source: wakeWord,
    input: () => ({ 'onnx::Flatten_0': embeddings(10_000) }),
    compare: nearTo(0.1),
  },
  {
    source: voiceSource(engine),
    input: () => ({
      input: float32([1, 512], soundscape(2, 2).slice(16_000, 16_512)),
      state: float32([2, 1, 128], new Float32Array(256)),
    }),
    rest: Object.values(voiceSource(engine).options.constants ?? {}),
    compare: nearTo(0.02),
  },
  {
    source: inSixteenBits(textReader),
    input: () => ({ x: lineTensor(HELD_WORDS[0], 160, 100) }),
    compare: async (exact, float) => expect(await readLine(exact)).toBe(await readLine(float)),
  },
]

test.each(tried)(
  '$source.name is compiled, deployed and asked from the command line',
  async ({ source, input, rest = [], compare }) => {
    const compiled = await lockstep(...(await writeSource(folder, source, FEW_SAMPLES)))
    expect(compiled.class).toBe('exact')
    expect(compiled.warnings).toEqual([])

    const deployed = await lockstep('deploy', compiled.output, '--name', source.name)
    expect(deployed.id).toBe(compiled.id)

    const sample = input()
    const file = join(folder, 'input.json')
    await writeFile(file, JSON.stringify(plainSample(sample)))
    const { outputs } = await lockstep('infer', source.name, '--input', `@${file}`)
    const float = await engine.run(readModel(await source.read()), [
      ...Object.values(sample),
      ...rest,
    ])
    await compare(outputs[0].data.map(Number), [...toFloats(float[0] as Tensor)])
  },
  PATIENCE_MS,
)
