import { Dtype } from '../tensor.js'

/** An IEEE 754 binary interchange format, or bfloat16, whose bits fit 64. */
interface FloatFormat {
  /** Bits of the significand, the hidden one included. */
  readonly precision: number
  readonly minExponent: number
  readonly maxExponent: number
  readonly signBit: bigint
}

/** The element types that travel with 18 decimals. */
export type FloatDtype =
  | typeof Dtype.float16
  | typeof Dtype.bfloat16
  | typeof Dtype.float32
  | typeof Dtype.float64

const FORMATS: Readonly<Record<FloatDtype, FloatFormat>> = {
  [Dtype.float16]: { precision: 11, minExponent: -14, maxExponent: 15, signBit: 1n << 15n },
  [Dtype.bfloat16]: { precision: 8, minExponent: -126, maxExponent: 127, signBit: 1n << 15n },
  [Dtype.float32]: { precision: 24, minExponent: -126, maxExponent: 127, signBit: 1n << 31n },
  [Dtype.float64]: { precision: 53, minExponent: -1022, maxExponent: 1023, signBit: 1n << 63n },
}

// 10^18 = 5^18 · 2^18: only the odd part needs a division or a product.
const FIVE_POW_18 = 5n ** 18n
const TEN_POW_18_TWOS = 18
const INT256_BOUND = 1n << 255n

/**
 * The float nearest to `wad / 10^18`, ties to even, as its bits. A negative value that rounds to zero gives −0.
 * @param wad - A fixed-point number with 18 decimals.
 * @param dtype - The float type to give.
 * @returns the bits, right-aligned. Undefined when the value rounds beyond the largest finite one.
 */
export function floatFromWad(wad: bigint, dtype: FloatDtype): bigint | undefined {
  if (wad === 0n) return 0n
  const { precision, minExponent, maxExponent, signBit } = FORMATS[dtype]
  const sign = wad < 0n ? signBit : 0n
  const magnitude = wad < 0n ? -wad : wad
  const exponent = floorLog2Ratio(magnitude, FIVE_POW_18) - TEN_POW_18_TWOS
  let ulp = Math.max(exponent, minExponent) - (precision - 1)
  let significand = divideShifted(magnitude, FIVE_POW_18, -TEN_POW_18_TWOS - ulp)
  const hidden = 1n << BigInt(precision - 1)
  if (significand === hidden << 1n) {
    significand = hidden
    ulp++
  }
  if (ulp + precision - 1 > maxExponent) return undefined
  if (significand < hidden) return sign | significand
  const biased = BigInt(ulp + precision - 1 + maxExponent)
  return sign | (biased * hidden) | (significand - hidden)
}

/** Why a float has no fixed-point form. */
export type WadFault = 'nonFinite' | 'outOfRange'

/**
 * The fixed-point number with 18 decimals nearest to a float, ties to even.
 * @param bits - The float's bits, right-aligned.
 * @param dtype - The float's type.
 * @returns `nonFinite` for NaN and infinities, `outOfRange` when the result does not fit int256.
 */
export function wadFromFloat(bits: bigint, dtype: FloatDtype): bigint | WadFault {
  const { precision, minExponent, maxExponent, signBit } = FORMATS[dtype]
  const hidden = 1n << BigInt(precision - 1)
  const magnitudeBits = bits & (signBit - 1n)
  const biased = Number(magnitudeBits / hidden)
  if (biased === 2 * maxExponent + 1) return 'nonFinite'
  const fraction = magnitudeBits % hidden
  const significand = biased === 0 ? fraction : fraction + hidden
  const ulp = (biased === 0 ? minExponent : biased - maxExponent) - (precision - 1)
  const magnitude = shiftRounded(significand * FIVE_POW_18, ulp + TEN_POW_18_TWOS)
  const wad = bits & signBit ? -magnitude : magnitude
  return wad < -INT256_BOUND || wad >= INT256_BOUND ? 'outOfRange' : wad
}

function bitLength(value: bigint): number {
  const hex = value.toString(16)
  return hex.length * 4 - Math.clz32(Number.parseInt(hex.charAt(0), 16)) + 28
}

/** floor(log2(n / d)) of positive integers. */
function floorLog2Ratio(n: bigint, d: bigint): number {
  const guess = bitLength(n) - bitLength(d)
  const reached = guess >= 0 ? n >= d << BigInt(guess) : n << BigInt(-guess) >= d
  return reached ? guess : guess - 1
}

/** n · 2^shift / d of non-negative integers, rounded to nearest, ties to even. */
function divideShifted(n: bigint, d: bigint, shift: number): bigint {
  const numerator = shift >= 0 ? n << BigInt(shift) : n
  const denominator = shift >= 0 ? d : d << BigInt(-shift)
  const quotient = numerator / denominator
  const twice = 2n * (numerator - quotient * denominator)
  return twice > denominator || (twice === denominator && quotient & 1n) ? quotient + 1n : quotient
}

/** n · 2^shift of a non-negative integer, rounded to nearest, ties to even. */
function shiftRounded(n: bigint, shift: number): bigint {
  if (shift >= 0) return n << BigInt(shift)
  const quotient = n >> BigInt(-shift)
  const rest = BigInt.asUintN(-shift, n)
  const half = 1n << BigInt(-shift - 1)
  return rest > half || (rest === half && quotient & 1n) ? quotient + 1n : quotient
}
