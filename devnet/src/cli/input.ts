import { type Dtype, type DtypeName, Dtype as Dtypes } from '@lockstep/precompile'
import { UsageError } from './output.js'

/** Decimal text of every element, row-major, with the shape that the nesting gives. */
export interface NestedNumbers {
  readonly shape: readonly number[]
  readonly values: readonly string[]
}

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?$/
const maxDepth = 16

/**
 * Reads nested JSON arrays of numbers, booleans or decimal strings.
 * @throws UsageError when an element is no number or rows differ in length; the message names its path.
 */
export function readNumbers(json: unknown, path = 'input'): NestedNumbers {
  const shape: number[] = []
  const values: string[] = []
  collect(json, path, 0, shape, values)
  return { shape, values }
}

function collect(
  json: unknown,
  path: string,
  depth: number,
  shape: number[],
  values: string[],
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

function readNumber(json: unknown, path: string): string {
  if (typeof json === 'boolean') return json ? '1' : '0'
  if (typeof json === 'number' && Number.isFinite(json)) return String(json)
  if (typeof json === 'string' && decimal.test(json)) return json
  throw new UsageError(`${path} is not a number: ${JSON.stringify(json)?.slice(0, 80)}`, {
    remedy: 'Write numbers as JSON numbers, or as decimal strings where a double is too coarse.',
  })
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
