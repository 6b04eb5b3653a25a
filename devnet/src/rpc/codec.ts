import type { Hex } from '../node/node.js'
import { excerpt } from './errors.js'

/** Reads one JSON value that a client sent. @throws CodecError */
export type Codec<T> = (value: unknown) => T

/** Thrown by a codec; whoever knows the method and the parameter makes an InvalidParamsError of it. */
export class CodecError extends Error {
  override readonly name = 'CodecError'

  /** @param path where in the parameter: `.value`, `.topics[1]`; empty for the whole of it. */
  constructor(
    readonly expected: string,
    readonly value: unknown,
    readonly path = '',
  ) {
    super(`${path} must be ${expected}, got ${excerpt(value)}`)
  }

  /** The same error seen from the value that holds this one. */
  under(step: string): CodecError {
    return new CodecError(this.expected, this.value, `${step}${this.path}`)
  }
}

const maxUint256 = 2n ** 256n - 1n

/** A whole number: a hex quantity, a decimal string or a JSON number, since tools send all three. */
export const quantity: Codec<bigint> = (value) => {
  const number = toInteger(value)
  if (number === undefined || number > maxUint256) {
    throw new CodecError('a quantity of at most 256 bits, like "0x1f"', value)
  }
  return number
}

function toInteger(value: unknown): bigint | undefined {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined
  }
  if (typeof value !== 'string' || value.length > 80) return undefined
  return /^(0x[0-9a-f]+|[0-9]+)$/i.test(value) ? BigInt(value) : undefined
}

/** A whole number between two bounds, both included, as a JavaScript number. */
export function integer(min: number, max: number): Codec<number> {
  return (value) => {
    const number = toInteger(value)
    if (number === undefined || number < BigInt(min) || number > BigInt(max)) {
      throw new CodecError(`a whole number from ${min} to ${max}`, value)
    }
    return Number(number)
  }
}

/** A whole number that fits 64 bits, such as a nonce, a gas limit or a timestamp. */
export const uint64: Codec<bigint> = (value) => {
  const number = toInteger(value)
  if (number === undefined || number >= 2n ** 64n) {
    throw new CodecError('a quantity of at most 64 bits, like "0x1f"', value)
  }
  return number
}

/** Whole bytes in hex. */
export const bytes: Codec<Hex> = (value) => {
  if (typeof value !== 'string' || value.length % 2 !== 0 || !/^0x[0-9a-f]*$/i.test(value)) {
    throw new CodecError('0x-prefixed hex of whole bytes', value)
  }
  return lowerCase(value)
}

/** Most clients write lower case, and a transaction may be megabytes: what is so already is not copied. */
function lowerCase(value: string): Hex {
  return (/[A-FX]/.test(value) ? value.toLowerCase() : value) as Hex
}

export function fixedBytes(length: number, what: string): Codec<Hex> {
  return (value) => {
    if (typeof value !== 'string' || value.length !== 2 + 2 * length || !isHexDigits(value)) {
      throw new CodecError(`${what}: 0x and ${2 * length} hex digits`, value)
    }
    return value.toLowerCase() as Hex
  }
}

function isHexDigits(value: string): boolean {
  return /^0x[0-9a-f]*$/i.test(value)
}

export const address: Codec<Hex> = fixedBytes(20, 'an address')
export const hash: Codec<Hex> = fixedBytes(32, 'a 32-byte hash')
export const bytes32: Codec<Hex> = fixedBytes(32, 'a 32-byte word')

/** A quantity of at most 32 bytes, as the full 32-byte word that it stands for. */
export const word: Codec<Hex> = (value) => `0x${quantity(value).toString(16).padStart(64, '0')}`

/** A storage slot: a 32-byte word, or the quantity that it stands for. */
export const slot: Codec<Hex> = word

export const boolean: Codec<boolean> = (value) => {
  if (typeof value !== 'boolean') throw new CodecError('true or false', value)
  return value
}

export const text: Codec<string> = (value) => {
  if (typeof value !== 'string') throw new CodecError('a string', value)
  return value
}

/** Any JSON value; the method itself decides. */
export const anything: Codec<unknown> = (value) => value

/** A list of at most `max` items. */
export function list<T>(item: Codec<T>, max = 10_000): Codec<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new CodecError('a list', value)
    if (value.length > max) throw new CodecError(`a list of at most ${max} items`, value)
    return value.map((entry, index) => at(`[${index}]`, () => item(entry)))
  }
}

/** The first codec that accepts the value. `expected` names them all. */
export function either<A, B>(expected: string, first: Codec<A>, second: Codec<B>): Codec<A | B> {
  return (value) => {
    for (const codec of [first, second]) {
      try {
        return codec(value)
      } catch (error) {
        if (!(error instanceof CodecError)) throw error
      }
    }
    throw new CodecError(expected, value)
  }
}

type Fields = Record<string, Codec<unknown>>
type Decoded<F extends Fields> = { [K in keyof F]?: ReturnType<F[K]> }

/** An object whose fields may all be absent or null. Names that it does not know are ignored. */
export function object<F extends Fields>(fields: F): Codec<Decoded<F>> {
  return (value) => {
    const decoded: Record<string, unknown> = {}
    for (const [name, entry] of entriesOf(value)) {
      if (!Object.hasOwn(fields, name) || entry === null || entry === undefined) continue
      decoded[name] = at(`.${name}`, () => (fields[name] as Codec<unknown>)(entry))
    }
    return decoded as Decoded<F>
  }
}

/** The same, but a name that it does not know is refused: what it asks for would silently not happen. */
export function strictObject<F extends Fields>(fields: F): Codec<Decoded<F>> {
  const decode = object(fields)
  return (value) => {
    for (const [name] of entriesOf(value)) {
      if (Object.hasOwn(fields, name)) continue
      throw new CodecError(`an object with no field but ${Object.keys(fields).join(', ')}`, name)
    }
    return decode(value)
  }
}

/** An object from keys of one kind to values of one kind. */
export function record<T>(key: Codec<Hex>, entry: Codec<T>): Codec<Record<Hex, T>> {
  return (value) => {
    const decoded: Record<Hex, T> = {}
    for (const [name, content] of entriesOf(value)) {
      decoded[at(`[${excerpt(name)}]`, () => key(name))] = at(`[${excerpt(name)}]`, () =>
        entry(content),
      )
    }
    return decoded
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CodecError('an object', value)
  }
  return Object.entries(value)
}

function at<T>(step: string, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw error instanceof CodecError ? error.under(step) : error
  }
}
