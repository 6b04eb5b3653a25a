import { InvalidArgumentError } from 'commander'
import { parseEther } from 'viem'

/** Parses a whole number within bounds. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
    }
    return value
  }
}

/** Parses a non-negative quantity, decimal or 0x hex. */
export function quantity(text: string): bigint {
  if (!/^(\d+|0x[0-9a-fA-F]+)$/.test(text)) {
    throw new InvalidArgumentError('It must be a whole number, decimal or 0x hex.')
  }
  return BigInt(text)
}

/** Parses one of some numbers. */
export function oneOf(...allowed: readonly number[]): (text: string) => number {
  return (text) => {
    const value = allowed.find((entry) => String(entry) === text)
    if (value !== undefined) return value
    throw new InvalidArgumentError(`It must be one of ${allowed.join(', ')}.`)
  }
}

/** Parses names that stand between commas. */
export function list(text: string): string[] {
  const entries = text.split(',').map((entry) => entry.trim())
  if (entries.includes(''))
    throw new InvalidArgumentError('It must be one name, or more with commas between.')
  return entries
}

/** Parses a non-negative quantity of at most 64 bits. */
export function uint64(text: string): bigint {
  const value = quantity(text)
  if (value >= 2n ** 64n) throw new InvalidArgumentError('It must fit 64 bits.')
  return value
}

/** Parses an amount of ether into wei. */
export function ether(text: string): bigint {
  if (!/^\d+(\.\d{1,18})?$/.test(text)) {
    throw new InvalidArgumentError('It must be an amount of ether such as 10000 or 0.5.')
  }
  return parseEther(text)
}

/** Parses a positive number of seconds; a fraction is allowed. */
export function seconds(text: string): number {
  const value = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > 86_400) {
    throw new InvalidArgumentError('It must be a number of seconds above 0 and up to 86400.')
  }
  return value
}
