/**
 * Fixed-point conversion in double arithmetic, for the values that nearly every model takes and gives. Each function
 * answers only where it can prove its result equal to the exact one of `fixedPoint.ts`, and is undecided elsewhere.
 */

const WORD = 32
const LIMBS = 8
const LIMB = 2 ** 32
const WAD = 1e18

// The steps of `approximate` and the division err by less than 2^-49 of the value.
const BELOW = 1 - 2 ** -48
const ABOVE = 1 + 2 ** -48

/**
 * The value of an `int256` word of 18 decimals to within 2^-49 of itself. Limbs are added from the top: exact while
 * the sum fits 53 bits, one rounding for each limb after.
 */
function approximate(view: DataView, at: number): number {
  let sum = view.getInt32(at)
  for (let limb = 1; limb < LIMBS; limb++) sum = sum * LIMB + view.getUint32(at + limb * 4)
  return sum / WAD
}

/**
 * The float32 nearest to a word of 18 decimals. Rounding is monotonic: where both ends of the error's interval round
 * to one float, so does the value.
 * @returns undefined where it is undecided.
 */
export function quickFloat32(view: DataView, at: number): number | undefined {
  const near = approximate(view, at)
  const low = Math.fround(near * BELOW)
  return low === Math.fround(near * ABOVE) && Number.isFinite(low) ? low : undefined
}

/**
 * As `quickFloat32`, for formats of fewer bits. The result may be larger than what the format holds.
 * @param precision - Bits of the significand, the hidden one included.
 * @param minExponent - Of the smallest normal number.
 */
export function quickShortFloat(
  view: DataView,
  at: number,
  precision: number,
  minExponent: number,
): number | undefined {
  const near = approximate(view, at)
  const low = roundTo(near * BELOW, precision, minExponent)
  if (low !== roundTo(near * ABOVE, precision, minExponent)) return undefined
  return low === 0 && near < 0 ? -0 : low
}

// Adding and taking away 1.5 · 2^52 leaves a double of less than 2^51 rounded to an integer, ties to even.
const INTEGER_ROUNDER = 1.5 * 2 ** 52
const scratch = new DataView(new ArrayBuffer(8))

function roundTo(value: number, precision: number, minExponent: number): number {
  scratch.setFloat64(0, value)
  const exponent = ((scratch.getUint16(0) >> 4) & 0x7ff) - 1023
  const ulp = 2 ** (Math.max(exponent, minExponent) - precision + 1)
  return (value / ulp + INTEGER_ROUNDER - INTEGER_ROUNDER) * ulp
}

// 10^18 = 2^18 · 5^18, and 5^18 = FIVES_HIGH · 2^21 + FIVES_LOW, 21 bits each: products with 29 bits are exact.
const TWOS = 2 ** 18
const FIVES_UNIT = 2 ** 21
const FIVES_HIGH = Math.floor(5 ** 18 / FIVES_UNIT)
const FIVES_LOW = 5 ** 18 % FIVES_UNIT

const WAD_HIGH = FIVES_HIGH * FIVES_UNIT * TWOS
const WAD_LOW = FIVES_LOW * TWOS
/** Splits a double into halves of 26 bits. */
const SPLITTER = 2 ** 27 + 1
/** Far above the error of the two-double quotient, far below half a unit in the last place of a double. */
const QUOTIENT_ERROR = 2 ** -90

/**
 * The float64 nearest to a word of 18 decimals: word and quotient as sums of two doubles, the remainder from an exact
 * product (Dekker). Decided where an error of either sign would not change the rounded sum.
 * @returns undefined where it is undecided, and for words of more than 128 bits.
 */
export function quickFloat64(view: DataView, at: number): number | undefined {
  const top = view.getInt32(at + 12)
  const sign = view.getInt32(at + 16) < 0 ? -1 : 0
  if (top !== sign || view.getInt32(at + 8) !== sign) return undefined
  if (view.getInt32(at + 4) !== sign || view.getInt32(at) !== sign) return undefined
  const first = view.getInt32(at + 16) * LIMB * LIMB * LIMB
  const second = view.getUint32(at + 20) * LIMB * LIMB
  const third = view.getUint32(at + 24) * LIMB
  const fourth = view.getUint32(at + 28)
  // Each sum's rounding error is what its smaller term lost.
  const upper = first + second
  const upperLost = second - (upper - first)
  const lower = third + fourth
  const lowerLost = fourth - (lower - third)
  const sum = upper + lower
  const lost = lower - (sum - upper) + (upperLost + lowerLost)
  const high = sum + lost
  const low = lost - (high - sum)
  const quotient = high / WAD
  const split = quotient * SPLITTER
  const left = split - (split - quotient)
  const right = quotient - left
  const product = quotient * WAD
  const productLost =
    left * WAD_HIGH - product + left * WAD_LOW + right * WAD_HIGH + right * WAD_LOW
  const correction = (high - product - productLost + low) / WAD
  const nearest = quotient + correction
  const rest = correction - (nearest - quotient)
  const error = Math.abs(nearest) * QUOTIENT_ERROR
  const isDecided = nearest + (rest + error) === nearest && nearest + (rest - error) === nearest
  return isDecided ? nearest : undefined
}

/** Beyond this, the upper limbs would not fit a double. */
const QUICK_MAX = 2 ** 25

/**
 * Writes a float as a word of 18 decimals, ties to even: four exact partial products, their fractions and limbs summed
 * apart.
 * @param smallest - The least magnitude whose partial products keep all fractions above 2^-51: 2^-16 for 53 bits of
 * significand, 2^-45 for 24.
 * @returns whether it was decided and written.
 */
export function quickWad(value: number, smallest: number, out: DataView, at: number): boolean {
  const magnitude = Math.abs(value)
  if (magnitude === 0) {
    writeLimbs(false, 0, 0, out, at)
    return true
  }
  if (!(magnitude >= smallest && magnitude < QUICK_MAX)) return false
  const scaled = magnitude * TWOS
  const upper = Math.fround(scaled)
  const lower = scaled - upper
  const a = upper * FIVES_HIGH * FIVES_UNIT
  const b = upper * FIVES_LOW
  const c = lower * FIVES_HIGH * FIVES_UNIT
  const d = lower * FIVES_LOW
  const [ai, bi, ci, di] = [Math.floor(a), Math.floor(b), Math.floor(c), Math.floor(d)]
  const fraction = a - ai + (b - bi) + (c - ci) + (d - di)
  const [ah, bh, ch, dh] = [
    Math.floor(ai / LIMB),
    Math.floor(bi / LIMB),
    Math.floor(ci / LIMB),
    Math.floor(di / LIMB),
  ]
  const whole = Math.floor(fraction)
  const rest = fraction - whole
  let low = ai - ah * LIMB + (bi - bh * LIMB) + (ci - ch * LIMB) + (di - dh * LIMB) + whole
  if (rest > 0.5 || (rest === 0.5 && low % 2 === 1)) low++
  const carry = Math.floor(low / LIMB)
  writeLimbs(value < 0, low - carry * LIMB, ah + bh + ch + dh + carry, out, at)
  return true
}

/** A number of sign, low limb and the limbs above it, in two's complement. */
function writeLimbs(
  negative: boolean,
  low: number,
  above: number,
  out: DataView,
  at: number,
): void {
  const middle = above % LIMB
  const high = Math.floor(above / LIMB)
  const sign = negative ? 0xffffffff : 0
  for (let byte = 0; byte < WORD - 12; byte += 4) out.setUint32(at + byte, sign)
  // −n = ~n + 1: the one is carried as far as limbs are zero.
  const lowOut = negative ? -low : low
  const middleOut = negative ? -middle - (low > 0 ? 1 : 0) : middle
  const highOut = negative ? -high - (low > 0 || middle > 0 ? 1 : 0) : high
  out.setUint32(at + 28, lowOut)
  out.setUint32(at + 24, middleOut)
  out.setUint32(at + 20, highOut)
}
