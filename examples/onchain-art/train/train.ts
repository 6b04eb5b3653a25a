import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { buildGenerator } from './build.js'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const url = new URL('../model/numerals.onnx', import.meta.url)

/** Trains the generator and writes it, or with `--check` compares it with the file that is there. */
const bytes = buildGenerator((line) => console.log(line))
if (!values.check) writeFileSync(url, bytes)
const isSame = readFileSync(url).equals(bytes)
if (!isSame) process.exitCode = 1
console.log(`numerals: ${bytes.length} bytes${isSame ? '' : ', not those that are committed'}`)
