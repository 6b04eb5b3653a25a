import { BaseError } from './errors/base.js'

const decimals = 18

/** Text that is no decimal number, or one that fixed point cannot hold. */
export class InvalidDecimalError extends BaseError {
  override readonly name = 'InvalidDecimalError'

  constructor(value: string, reason: string) {
    super(`"${value}" ${reason}.`, {
      remedy: `Write a finite decimal number with at most ${decimals} decimals, such as 0.25 or -1e-3.`,
    })
  }
}

/**
 * Converts a decimal to fixed point with 18 decimals.
 * @param value A decimal string, converted exactly; or a number, which stands for its shortest decimal form and is
 * rounded to the nearest, ties to even, where that form is longer than 18 decimals.
 * @throws InvalidDecimalError when it is no finite decimal number, is text with digits beyond the 18th decimal, or does
 * not fit int256.
 * @example toWad('0.25') // 250000000000000000n
 */
export function toWad(value: string | number): bigint {
  const text = String(value)
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,3}))?$/.exec(text)
  const [, sign, whole = '', fraction = '', exponent = '0'] = match ?? []
  if (!match || whole + fraction === '')
    throw new InvalidDecimalError(text, 'is not a decimal number')
  const digits = BigInt(whole + fraction)
  const shift = decimals - fraction.length + Number(exponent)
  const divisor = 10n ** BigInt(Math.max(0, -shift))
  if (typeof value === 'string' && digits % divisor !== 0n)
    throw new InvalidDecimalError(text, `has more than ${decimals} decimals`)
  const magnitude = shift >= 0 ? digits * 10n ** BigInt(shift) : divideToNearest(digits, divisor)
  const wad = sign === '-' ? -magnitude : magnitude
  if (BigInt.asIntN(256, wad) !== wad) throw new InvalidDecimalError(text, 'does not fit int256')
  return wad
}

/** Of non-negative integers; ties go to the even quotient. */
function divideToNearest(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  const twice = 2n * (numerator % denominator)
  const up = twice > denominator || (twice === denominator && (quotient & 1n) === 1n)
  return up ? quotient + 1n : quotient
}

/**
 * Converts fixed point with 18 decimals to its decimal text, exactly and without trailing zeros.
 * @example fromWad(250000000000000000n) // '0.25'
 */
export function fromWad(wad: bigint): string {
  const digits = (wad < 0n ? -wad : wad).toString().padStart(decimals + 1, '0')
  const fraction = digits.slice(-decimals).replace(/0+$/, '')
  return `${wad < 0n ? '-' : ''}${digits.slice(0, -decimals)}${fraction && `.${fraction}`}`
}
