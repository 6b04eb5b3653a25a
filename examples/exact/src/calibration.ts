import { mkdirSync } from 'node:fs'
import { createWasmEngine } from '@lockstep/precompile'
import { cases } from './cases/index.js'
import { writeSource } from './source.js'
import { voiceSource } from './voice.js'

/** Writes what `lockstep compile` needs for each model: the float model, and its calibration data as JSON. */
const [folder = 'compiled'] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const engine = createWasmEngine({ threads: 1 })
try {
  for (const source of [...cases, voiceSource(engine)]) {
    console.log(`npx lockstep ${(await writeSource(folder, source)).join(' ')}`)
  }
} finally {
  await engine.close()
}
