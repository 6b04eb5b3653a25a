import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sample } from '@lockstep/precompile'
import { cases } from './cases/index.js'
import { toFloats } from './tensors.js'

/** Writes what `lockstep compile` needs for each model: the float model, and its calibration data as JSON. */
const [folder = 'compiled'] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
for (const one of cases) {
  writeFileSync(join(folder, `${one.name}.onnx`), await one.read())
  const samples = one.calibrate().map(plain)
  writeFileSync(join(folder, `${one.name}.json`), JSON.stringify(samples))
  const shapes = Object.entries(one.options.shapes ?? {}).map(
    ([name, dims]) => ` --shape ${name}=${dims.join('x')}`,
  )
  const bits = one.options.bits === 16 ? ' --bits 16' : ''
  console.log(
    `npx lockstep compile ${join(folder, one.name)}.onnx -o ${join(folder, one.name)}.exact.onnx --calibration ${join(folder, one.name)}.json${bits}${shapes.join('')}`,
  )
}

function plain(sample: Sample): Record<string, number[]> {
  const entries = Object.entries(sample)
  return Object.fromEntries(entries.map(([name, tensor]) => [name, [...toFloats(tensor)]]))
}
