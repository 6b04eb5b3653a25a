import { readFileSync, writeFileSync } from 'node:fs'
import { ExampleError } from '../src/errors.js'
import { buildModel } from './build.js'
import { PARAMETERS } from './network.js'
import { report } from './report.js'

const MODEL = new URL('../model/volatility.onnx', import.meta.url)
const README = new URL('../README.md', import.meta.url)
const START = '<!-- scores: written by train/train.ts -->'
const END = '<!-- end of scores -->'

/** Thrown when the README lost the marks between which the scores stand. */
class MarksMissingError extends ExampleError {
  override readonly name = 'MarksMissingError'
}

const build = buildModel()
const tables = report(build)
writeFileSync(MODEL, build.bytes)
writeReadme(tables)
console.log(`${tables}\n`)
console.log(`${PARAMETERS} parameters, ${build.bytes.length} bytes: model/volatility.onnx`)

function writeReadme(content: string): void {
  const text = readFileSync(README, 'utf8')
  const from = text.indexOf(START)
  const to = text.indexOf(END)
  if (from < 0 || to < from)
    throw new MarksMissingError(
      `README.md needs "${START}" and, after it, "${END}" to hold the scores.`,
    )
  writeFileSync(README, `${text.slice(0, from + START.length)}\n\n${content}\n\n${text.slice(to)}`)
}
