import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { modelUrl, type TrainedName } from '../src/models.js'
import {
  buildLinearClassifier,
  buildLinearRegressor,
  buildTreeClassifier,
  buildTreeRegressor,
} from './build.js'
import { buildDigits } from './digits/build.js'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })

const BUILDS: Readonly<Record<TrainedName, () => Uint8Array>> = {
  'linear-size': () => buildLinearRegressor().bytes,
  'linear-regime': () => buildLinearClassifier().bytes,
  'tree-size': () => buildTreeRegressor().bytes,
  'tree-regime': () => buildTreeClassifier().bytes,
  digits: () => buildDigits((line) => console.log(line)),
}

/** Trains every model and writes it, or with `--check` compares it with the file that is there. */
for (const [name, build] of Object.entries(BUILDS)) {
  const url = modelUrl(name as TrainedName)
  const bytes = build()
  if (!values.check) writeFileSync(url, bytes)
  const isSame = readFileSync(url).equals(bytes)
  if (!isSame) process.exitCode = 1
  console.log(`${name}: ${bytes.length} bytes${isSame ? '' : ', not those that are committed'}`)
}
