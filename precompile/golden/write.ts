import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { noise } from '../src/testing/onnx.js'
import { RandomGraph, type Step } from '../src/testing/randomGraph.js'

/**
 * Writes `precompile/golden/models` again: what `lockstep compile` makes of the small float models, and random graphs. Only after
 * a change of what the models should be: `npx tsx precompile/golden/write.ts && npm run digests -- --update`.
 */

const COMPILED = {
  digits: 'examples/exact/model/digits.onnx',
  'linear-regime': 'examples/exact/model/linear-regime.onnx',
  'linear-size': 'examples/exact/model/linear-size.onnx',
  'tree-regime': 'examples/exact/model/tree-regime.onnx',
  'tree-size': 'examples/exact/model/tree-size.onnx',
  volatility: 'examples/volatility/model/volatility.onnx',
  wakeword: 'node_modules/openwakeword-js/models/hello_deepa.onnx',
} as const

const RANDOM_GRAPHS = 12
const STEPS = 40

const root = fileURLToPath(new URL('../../', import.meta.url))

for (const [name, source] of Object.entries(COMPILED)) {
  const target = `precompile/golden/models/${name}.onnx`
  const args = ['devnet/bin/lockstep.js', 'compile', source, '-o', target]
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
