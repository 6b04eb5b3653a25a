import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { modelUrl } from '../src/model.js'
import { buildScore } from './build.js'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })

/** Trains the score and writes it, or with `--check` compares it with the file that is there. */
const bytes = buildScore()
if (!values.check) writeFileSync(modelUrl, bytes)
const isSame = readFileSync(modelUrl).equals(bytes)
if (!isSame) process.exitCode = 1
console.log(`credit-risk: ${bytes.length} bytes${isSame ? '' : ', not those that are committed'}`)
