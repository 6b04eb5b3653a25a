import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { toBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema } from 'onnx-buf'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashTensors } from '../src/commitment/hash.js'
import { createNativeEngine } from '../src/engines/native/engine.js'
import { createReferenceEngine } from '../src/engines/reference/engine.js'
import { CANONICAL_RUNTIME } from '../src/engines/runtime.js'
import { createWasmEngine } from '../src/engines/wasm.js'
import { parseModelProto } from '../src/model/file/parse.js'
import { defaultLimits, readModel } from '../src/model/index.js'
import { Dtype, type Tensor } from '../src/tensor.js'
import { float32 } from '../src/testing/calls.js'

/** Nothing that decides an answer can change by one bit unseen. */

const exec = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const image: Tensor = {
  dtype: Dtype.uint8,
  shape: [1, 1, 28, 28],
  data: Uint8Array.from({ length: 784 }, (_, i) => (i * 37) % 256),
}
const returns = float32([1, 8], [0.012, -0.004, 0.001, -0.009, 0.002, 0.007, -0.015, 0.003])

/** The same model with one bit of one weight turned over: the lowest of an integer, a middle one of a float. */
function flipped(bytes: Uint8Array): Uint8Array {
  const proto = parseModelProto(bytes, defaultLimits)
  const largest = proto.graph?.initializer.reduce((a, b) =>
    b.rawData.length > a.rawData.length ? b : a,
  )
  if (!largest) throw new Error('the model has no weights')
  // The lowest bit of a float may be lost where the next sum is rounded.
  const at = largest.dataType === Dtype.float32 ? 2 : 0
  largest.rawData = largest.rawData.map((byte, i) => (i === at ? byte ^ 1 : byte))
  return toBinary(ModelProtoSchema, proto)
}

describe('one bit of a weight', () => {
  test.each([
    ['an exact model on wasm', createWasmEngine, 'precompile/golden/models/digits.onnx', image],
    ['an exact model on native', createNativeEngine, 'precompile/golden/models/digits.onnx', image],
    [
      'an exact model on reference',
      createReferenceEngine,
      'precompile/golden/models/digits.onnx',
      image,
    ],
    ['a pinned model', createWasmEngine, 'examples/volatility/model/volatility.onnx', returns],
  ] as const)('changes the digest of %s', async (_, createEngine, file, input) => {
    const bytes = await readFile(join(root, file))
    const models = [bytes, flipped(bytes)].map((each) => readModel(each))
    const engine = createEngine()
    try {
      const [one, other] = await Promise.all(models.map((model) => engine.run(model, [input])))
      expect(hashTensors(other ?? [])).not.toBe(hashTensors(one ?? []))
    } finally {
      await engine.close()
    }
  })
})

describe('one bit of the canonical engine', () => {
  const binary = 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'
  const program = `
    import { createWasmEngine, readModel } from '@lockstep/precompile'
    import { readFileSync } from 'node:fs'
    const engine = createWasmEngine({ threads: 1 })
    const model = readModel(readFileSync(process.argv[1]))
    await engine.warm(model).then(() => console.log('ran'), ({ name, message }) => console.log(name, message))
    await engine.close()`
  let folder: string

  /** An installation of this package with an engine of its own, where all other packages are those of this one. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-one-bit-'))
    const modules = join(root, 'node_modules')
    const copied = ['@lockstep', 'onnxruntime-web']
    await mkdir(join(folder, 'node_modules/@lockstep/precompile'), { recursive: true })
    for (const name of await readdir(modules)) {
      if (name.startsWith('.') || copied.includes(name)) continue
      await symlink(join(modules, name), join(folder, 'node_modules', name))
    }
    const self = join(folder, 'node_modules/@lockstep/precompile')
    for (const part of ['package.json', 'dist']) {
      await cp(join(root, 'precompile', part), join(self, part), { recursive: true })
    }
    // What npm could not place beside the packages of the others.
    const nested = join(root, 'precompile/node_modules')
    if (existsSync(nested)) await symlink(nested, join(self, 'node_modules'))
    const entries = ['ort.node.min.mjs', 'ort.node.min.js', 'ort-wasm-simd-threaded.mjs']
    for (const file of ['package.json', ...entries.map((entry) => `dist/${entry}`)]) {
      const target = join(folder, 'node_modules/onnxruntime-web', file)
      await mkdir(dirname(target), { recursive: true })
      await cp(join(modules, 'onnxruntime-web', file), target)
    }
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function load(alter: (bytes: Uint8Array) => void): Promise<string> {
    const bytes = await readFile(join(root, binary))
    alter(bytes)
    await writeFile(join(folder, binary), bytes)
    const model = join(root, 'examples/volatility/model/volatility.onnx')
    const args = ['--input-type=module', '--eval', program, model]
    return (await exec(process.execPath, args, { cwd: folder })).stdout.trim()
  }

  test('is refused by its hash, and the same bytes are taken', async () => {
    expect(await load(() => {})).toBe('ran')
    const tampered = await load((bytes) => {
      const middle = bytes.length >> 1
      bytes[middle] = (bytes[middle] ?? 0) ^ 1
    })
    expect(tampered).toMatch(/^RuntimeMismatchError The inference engine's sha256 is [0-9a-f]{64}/)
    expect(tampered).toContain(`the chain needs ${CANONICAL_RUNTIME.binarySha256}`)
  })
})
