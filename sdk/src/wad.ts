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
 * Converts a decimal to fixed point with 18 decimals, exactly.
 * @param value A decimal string, or a number, which stands for its shortest decimal form.
 * @throws InvalidDecimalError when it is not a number, or has digits beyond the 18th decimal.
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
  if (digits % divisor !== 0n)
    throw new InvalidDecimalError(text, `has more than ${decimals} decimals`)
  const magnitude = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / divisor
  return sign === '-' ? -magnitude : magnitude
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
