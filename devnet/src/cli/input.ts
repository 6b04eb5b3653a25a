import { createReadStream } from 'node:fs'
import { type Dtype, type DtypeName, Dtype as Dtypes } from '@lockstep/precompile'
import { UsageError } from './output.js'

/** A number, which is rounded to what a tensor holds, or decimal text, which must be that exactly. */
export type Decimal = number | string

/** Every element, row-major, with the shape that the nesting gives. */
export interface NestedNumbers {
  readonly shape: readonly number[]
  readonly values: readonly Decimal[]
}

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?$/
const maxDepth = 16

/**
 * Reads nested JSON arrays of numbers, booleans or decimal strings.
 * @throws UsageError when an element is no number or rows differ in length; the message names its path.
 */
export function readNumbers(json: unknown, path = 'input'): NestedNumbers {
  const shape: number[] = []
  const values: Decimal[] = []
  collect(json, path, 0, shape, values)
  return { shape, values }
}

function collect(
  json: unknown,
  path: string,
  depth: number,
  shape: number[],
  values: Decimal[],
): void {
  if (!Array.isArray(json)) {
    if (depth < shape.length) throw ragged(path, `an array of ${shape[depth]}`, 'a single value')
    values.push(readNumber(json, path))
    return
  }
  if (depth >= maxDepth) throw new UsageError(`${path} nests deeper than ${maxDepth} arrays.`)
  if (depth === shape.length && values.length === 0) shape.push(json.length)
  else if (depth >= shape.length) throw ragged(path, 'a single value', 'an array')
  else if (shape[depth] !== json.length) {
    throw ragged(path, `${shape[depth]} elements`, `${json.length}`)
  }
  json.forEach((element, i) => {
    collect(element, `${path}[${i}]`, depth + 1, shape, values)
  })
}

function ragged(path: string, want: string, got: string): UsageError {
  return new UsageError(`${path} must have ${want} like its neighbours, got ${got}.`, {
    remedy: 'Give every row of a tensor the same length.',
  })
}

function readNumber(json: unknown, path: string): Decimal {
  if (typeof json === 'boolean') return json ? '1' : '0'
  if (typeof json === 'number' && Number.isFinite(json)) return json
  if (typeof json === 'string' && decimal.test(json)) return json
  throw new UsageError(`${path} is not a number: ${JSON.stringify(json)?.slice(0, 80)}`, {
    remedy: 'Write numbers as JSON numbers, or as decimal strings where a double is too coarse.',
  })
}

/** Bytes of an input that is read from elsewhere: far more than any transaction holds. */
const MAX_BYTES = 2 ** 28

/**
 * The text that a flag gives, names (`@file`) or pipes in (`-`): a shell takes no more than some 100 kB on its line.
 * @throws UsageError
 */
export async function readText(given: string, flag: string): Promise<string> {
  if (given !== '-' && !given.startsWith('@')) return given
  const source = given === '-' ? process.stdin : createReadStream(given.slice(1))
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of source) {
      size += chunk.length
      if (size > MAX_BYTES) throw new UsageError(`${flag} ${given} is longer than 256 MiB.`)
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new UsageError(`${flag} ${given} cannot be read (${reason}).`, {
      remedy: `Write ${flag} @file.json, or ${flag} - and pipe the text in.`,
      cause,
    })
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Parses the JSON of `--input` or `--shape`. @throws UsageError */
export function parseJson(text: string, flag: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UsageError(`${flag} is not JSON: ${cause instanceof Error ? cause.message : cause}`, {
      remedy: `Quote it for the shell, for example ${flag} '[0.01, -0.02]'.`,
      cause,
    })
  }
}

const names = new Map<number, DtypeName>(
  Object.entries(Dtypes).map(([name, value]) => [value, name as DtypeName]),
)

/** `float32[1,8]`, with `?` for a dimension that the caller chooses. */
export function describeTensor(dtype: number, shape: readonly number[]): string {
  return `${names.get(dtype as Dtype) ?? `dtype ${dtype}`}[${shape.map((d) => (d < 0 ? '?' : d)).join(',')}]`
}
