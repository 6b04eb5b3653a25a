import type { Hex } from './node.js'

export type Fields = Readonly<Record<string, unknown>>

/** Makes the error for a value that is not what stands there. @param path where: `config.londonBlock`. */
export type Refuse = (path: string, expected: string, value: unknown) => Error

/** Whether a file says anything of this; other clients write null for what does not apply. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** Readers of a file's values, each of which names the place of what it refuses. */
export function fieldReaders(refuse: Refuse) {
  const object = (path: string, value: unknown): Fields => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
    throw refuse(path, 'an object', value)
  }

  const list = (path: string, value: unknown): readonly unknown[] => {
    if (Array.isArray(value)) return value
    throw refuse(path, 'a list', value)
  }

  /** A whole number: hex, decimal digits or a JSON number. */
  const integer = (path: string, value: unknown, bits: number): bigint => {
    const isNumber = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    const isText = typeof value === 'string' && /^(0x[0-9a-f]{1,64}|[0-9]{1,78})$/i.test(value)
    const number = isNumber || isText ? BigInt(value) : -1n
    if (number >= 0n && number < 1n << BigInt(bits)) return number
    throw refuse(path, `a whole number of at most ${bits} bits`, value)
  }

  /** A number of 64 bits, such as a block, a time or an amount of gas. */
  const quantity = (path: string, value: unknown): bigint => integer(path, value, 64)

  /** Whole bytes, with 0x before them or without. @param length how many. Default: any. */
  const bytes = (path: string, value: unknown, length?: number): Hex => {
    const digits = typeof value === 'string' ? value.replace(/^0x/, '') : '?'
    const isWhole = digits.length % 2 === 0 && /^[0-9a-f]*$/i.test(digits)
    if (isWhole && (length === undefined || digits.length === 2 * length)) {
      return `0x${digits.toLowerCase()}`
    }
    throw refuse(path, `hex of ${length ?? 'whole'} bytes`, value)
  }

  /** A 32-byte word, of which leading zeros may be left out. */
  const word = (path: string, value: unknown): Hex => {
    const text = typeof value === 'string' ? `0x${value.replace(/^0x/, '')}` : value
    return `0x${integer(path, text, 256).toString(16).padStart(64, '0')}`
  }

  return { object, list, integer, quantity, bytes, word }
}

/** A value as a message shows it, however large it is. */
export function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`
}
