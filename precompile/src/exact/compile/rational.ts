/** A double as the fraction of two integers that it is. */
export function fractionOf(value: number): { numerator: bigint; denominator: bigint } {
  let exponent = 0
  let mantissa = value
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2
    exponent++
  }
  return { numerator: BigInt(mantissa), denominator: 1n << BigInt(exponent) }
}
