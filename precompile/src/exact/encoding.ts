import type { ModelProto } from 'onnx-buf'
import { Dtype } from '../tensor.js'
import { InvalidEncodingError } from './errors.js'
import { contains, type Interval, rangeOf } from './interval.js'
import { isIntegerDtype } from './tensor.js'

/** The metadata entry of an ONNX file that holds the encodings of its inputs and outputs. */
export const ENCODING_KEY = 'lockstep.encoding'
const VERSION = 1

/**
 * How a real number stands in an integer tensor.
 * - `linear`: real = (q − zero) · numerator / denominator. A real beyond `low` or `high` is taken for the bound.
 * - `ordered`: q orders as the float32 nearest to the real does; `decode(encode(x))` is that float32.
 */
export type Encoding =
  | {
      readonly kind: 'linear'
      readonly numerator: bigint
      readonly denominator: bigint
      readonly zero: bigint
      /** Bounds of q that the proof of exactness relies on. */
      readonly low: bigint
      readonly high: bigint
    }
  | { readonly kind: 'ordered' }

/** Undefined stands for the integer itself. */
export interface Encodings {
  readonly inputs: readonly (Encoding | undefined)[]
  readonly outputs: readonly (Encoding | undefined)[]
}

const ORDERED: Interval = { low: -0x7f7f_ffffn, high: 0x7f7f_ffffn }

/** All that an encoded tensor can hold. */
export function encodedInterval(encoding: Encoding): Interval {
  return encoding.kind === 'ordered' ? ORDERED : { low: encoding.low, high: encoding.high }
}

/** What a file's metadata says of its inputs and outputs; undefined where it says nothing. */
export function readEncodings(
  proto: ModelProto,
  inputs: readonly { readonly dtype: Dtype }[],
  outputs: readonly { readonly dtype: Dtype }[],
): Encodings | undefined {
  const entries = proto.metadataProps.filter(({ key }) => key === ENCODING_KEY)
  const [entry] = entries
  if (!entry) return undefined
  if (entries.length > 1) throw new InvalidEncodingError('it occurs twice')
  const json = parseJson(entry.value)
  if (json.version !== VERSION) throw new InvalidEncodingError(`its version is not ${VERSION}`)
  return {
    inputs: readList(json.inputs, 'inputs', inputs),
    outputs: readList(json.outputs, 'outputs', outputs),
  }
}

/** An encoding in plain JSON; integers are decimal strings. */
export type EncodingDescription =
  | {
      readonly kind: 'linear'
      /** Numerator and denominator of what one step stands for. */
      readonly scale: readonly [string, string]
      readonly zero: string
      readonly low: string
      readonly high: string
    }
  | { readonly kind: 'ordered' }

/** By input and output; null stands for the integer itself. */
export interface EncodingsDescription {
  readonly inputs: readonly (EncodingDescription | null)[]
  readonly outputs: readonly (EncodingDescription | null)[]
}

/** Encodings in plain JSON, as the metadata entry and `lockstep inspect --json` hold them. */
export function describeEncodings({ inputs, outputs }: Encodings): EncodingsDescription {
  return { inputs: inputs.map(describeEncoding), outputs: outputs.map(describeEncoding) }
}

function describeEncoding(encoding: Encoding | undefined): EncodingDescription | null {
  if (encoding?.kind !== 'linear') return encoding ?? null
  const { kind, numerator, denominator, zero, low, high } = encoding
  return {
    kind,
    scale: [String(numerator), String(denominator)],
    zero: String(zero),
    low: String(low),
    high: String(high),
  }
}

/** The metadata entry for a file. */
export function writeEncodings(encodings: Encodings): { key: string; value: string } {
  const value = JSON.stringify({ version: VERSION, ...describeEncodings(encodings) })
  return { key: ENCODING_KEY, value }
}

type Fields = Readonly<Record<string, unknown>>

function parseJson(text: string): Fields {
  try {
    return asFields(JSON.parse(text))
  } catch (cause) {
    if (cause instanceof InvalidEncodingError) throw cause
    throw new InvalidEncodingError('it is not JSON')
  }
}

function asFields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidEncodingError('an object is missing')
  }
  return value as Fields
}

function readList(
  list: unknown,
  what: string,
  values: readonly { readonly dtype: Dtype }[],
): readonly (Encoding | undefined)[] {
  if (!Array.isArray(list) || list.length !== values.length) {
    throw new InvalidEncodingError(`it does not list ${values.length} ${what}`)
  }
  return values.map(({ dtype }, i) => {
    if (list[i] === null) return undefined
    return parseEncoding(list[i], dtype, `${what}[${i}]`)
  })
}

/**
 * Reads what `describeEncodings` wrote, of one input or output.
 * @param where - How errors call it.
 * @throws InvalidEncodingError
 */
export function parseEncoding(description: unknown, dtype: Dtype, where: string): Encoding {
  const fields = asFields(description)
  if (fields.kind === 'ordered') {
    if (dtype !== Dtype.int32) throw new InvalidEncodingError(`${where} is ordered but no int32`)
    return { kind: 'ordered' }
  }
  if (fields.kind !== 'linear') throw new InvalidEncodingError(`${where} is of an unknown kind`)
  if (!isIntegerDtype(dtype)) throw new InvalidEncodingError(`${where} is no integer tensor`)
  const scale = Array.isArray(fields.scale) ? fields.scale : []
  const [numerator, denominator] = scale.map((part) => readInteger(part, `${where}.scale`))
  const encoding = {
    kind: 'linear',
    numerator: numerator ?? 0n,
    denominator: denominator ?? 0n,
    zero: readInteger(fields.zero, `${where}.zero`),
    low: readInteger(fields.low, `${where}.low`),
    high: readInteger(fields.high, `${where}.high`),
  } as const
  if (encoding.numerator <= 0n || encoding.denominator <= 0n) {
    throw new InvalidEncodingError(`${where}.scale is not a fraction of two positive integers`)
  }
  if (!contains(rangeOf(Dtype.int64), { low: encoding.zero, high: encoding.zero })) {
    throw new InvalidEncodingError(`${where}.zero is beyond int64`)
  }
  if (encoding.low > encoding.high || !contains(rangeOf(dtype), encoding)) {
    throw new InvalidEncodingError(`${where} has bounds that its element type does not hold`)
  }
  return encoding
}

/** Decimal digits of a number in the metadata: 2^128 has 39. */
const INTEGER = /^-?\d{1,40}$/

function readInteger(value: unknown, where: string): bigint {
  if (typeof value !== 'string' || !INTEGER.test(value)) {
    throw new InvalidEncodingError(`${where} is not a string of up to 40 decimal digits`)
  }
  return BigInt(value)
}
