const bits = new DataView(new ArrayBuffer(8))

/** Bits after the point of an integer that stands for reals. */
export interface FixedPoint {
  /** Powers of two that one real 1 has; negative where the steps are larger than 1. */
  readonly exponent: number
  /** Whether every number is a whole multiple of a step. */
  readonly isExact: boolean
}

/**
 * As many bits after the point as the numbers need, or as fit.
 * @param numbers - Finite.
 * @param most - The largest size that a sum of them reaches, as a multiple of the largest number.
 * @param room - Bits that the sum may take, without the sign.
 */
export function choosePoint(numbers: Iterable<number>, most: number, room: number): FixedPoint {
  let needed = Number.NEGATIVE_INFINITY
  let largest = 0
  for (const number of numbers) {
    if (number === 0) continue
    largest = Math.max(largest, Math.abs(number))
    needed = Math.max(needed, -lowestBit(number))
  }
  if (largest === 0) return { exponent: 0, isExact: true }
  // 2^magnitude is above the largest number, so the sum is below 2^(magnitude + bits of the count).
  const magnitude = highestBit(largest) + 1
  const free = room - magnitude - Math.ceil(Math.log2(most + 1))
  return { exponent: Math.min(needed, free), isExact: needed <= free }
}

/** The number in steps of 2^−exponent, rounded to nearest, halves to even. */
export function toFixedPoint(number: number, { exponent }: Pick<FixedPoint, 'exponent'>): bigint {
  if (number === 0) return 0n
  const shift = lowestBit(number) + exponent
  const odd = BigInt(number / 2 ** lowestBit(number))
  if (shift >= 0) return odd << BigInt(shift)
  const divisor = 1n << BigInt(-shift)
  const floor = odd >> BigInt(-shift)
  const rest = 2n * (odd - floor * divisor)
  if (rest === divisor) return floor + (floor & 1n)
  return rest > divisor ? floor + 1n : floor
}

/** Power of two of the lowest bit that is set. */
function lowestBit(number: number): number {
  bits.setFloat64(0, number)
  const high = bits.getUint32(0)
  const low = bits.getUint32(4)
  const biased = (high >>> 20) & 0x7ff
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(low)
  const significand = biased === 0 ? fraction : fraction | (1n << 52n)
  let zeros = 0
  for (let rest = significand; (rest & 1n) === 0n; rest >>= 1n) zeros++
  return Math.max(biased, 1) - 1075 + zeros
}

/** Power of two of the highest bit that is set. */
function highestBit(number: number): number {
  bits.setFloat64(0, number)
  const biased = (bits.getUint32(0) >>> 20) & 0x7ff
  return biased === 0 ? -1022 : biased - 1023
}
