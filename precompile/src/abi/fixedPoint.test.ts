import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesPerElement, Dtype } from '../tensor.js'
import { type FloatDtype, floatFromWad, wadFromFloat } from './fixedPoint.js'

const FORMATS = {
  [Dtype.float16]: { fractionBits: 10, exponentBits: 5 },
  [Dtype.bfloat16]: { fractionBits: 7, exponentBits: 8 },
  [Dtype.float32]: { fractionBits: 23, exponentBits: 8 },
  [Dtype.float64]: { fractionBits: 52, exponentBits: 11 },
} as const
const DTYPES = Object.keys(FORMATS).map(Number) as FloatDtype[]
const WAD = 10n ** 18n
const RUNS = { numRuns: 2_000, seed: 11 }

/** A finite float's exact value as numerator over a power of two, straight from the format's definition. */
function exact(bits: bigint, dtype: FloatDtype): { n: bigint; twos: bigint } {
  const { fractionBits, exponentBits } = FORMATS[dtype]
  const fraction = bits & ((1n << BigInt(fractionBits)) - 1n)
  const exponent = Number((bits >> BigInt(fractionBits)) & ((1n << BigInt(exponentBits)) - 1n))
  const bias = 2 ** (exponentBits - 1) - 1
  const magnitude = exponent === 0 ? fraction : fraction | (1n << BigInt(fractionBits))
  const power = (exponent === 0 ? 1 : exponent) - bias - fractionBits
  const signed = bits >> BigInt(fractionBits + exponentBits) ? -magnitude : magnitude
  return power >= 0 ? { n: signed << BigInt(power), twos: 0n } : { n: signed, twos: BigInt(-power) }
}

const abs = (value: bigint) => (value < 0n ? -value : value)

/** |wad / 10^18 − float| as a numerator over the common denominator 10^18 · 2^1200. */
function distance(wad: bigint, bits: bigint, dtype: FloatDtype): bigint {
  const { n, twos } = exact(bits, dtype)
  return abs((wad << 1200n) - ((n * WAD) << (1200n - twos)))
}

const signBit = (dtype: FloatDtype) => 1n << BigInt(bytesPerElement(dtype) * 8 - 1)
const infinity = (dtype: FloatDtype) =>
  ((1n << BigInt(FORMATS[dtype].exponentBits)) - 1n) << BigInt(FORMATS[dtype].fractionBits)

/** Wads of every size: most of all those that decide a rounding, near and on the midpoint between two floats. */
function wads(dtype: FloatDtype) {
  const near = fc
    .tuple(fc.bigInt(0n, infinity(dtype) - 1n), fc.bigInt(-2n, 2n), fc.boolean())
    .map(([bits, offset, negative]) => {
      const low = exact(bits, dtype)
      const high = exact(bits + 1n === infinity(dtype) ? bits : bits + 1n, dtype)
      const middle =
        (((low.n << (1200n - low.twos)) + (high.n << (1200n - high.twos))) * WAD) >> 1201n
      return (negative ? -1n : 1n) * (middle + offset)
    })
  const any = fc
    .integer({ min: 1, max: 255 })
    .chain((bits) => fc.bigInt(-(1n << BigInt(bits)), 1n << BigInt(bits)))
  const decimal = fc
    .tuple(fc.integer({ min: -10_000, max: 10_000 }), fc.integer({ min: 0, max: 18 }))
    .map(([n, zeros]) => BigInt(n) * 10n ** BigInt(zeros))
  return fc.oneof(near, any, decimal)
}

describe.each(DTYPES)('floatFromWad to dtype %i', (dtype) => {
  test('gives the nearest float, the even one of two', () => {
    fc.assert(
      fc.property(wads(dtype), (wad) => {
        const bits = floatFromWad(wad, dtype)
        const largest = infinity(dtype) - 1n
        if (bits === undefined) {
          // Beyond the midpoint between the largest float and the next one that there would be.
          const { n } = exact(largest, dtype)
          const ulp = n - exact(largest - 1n, dtype).n
          expect(2n * abs(wad) >= (2n * n + ulp) * WAD).toBe(true)
          return
        }
        const magnitude = bits & ~signBit(dtype)
        expect(bits & signBit(dtype) ? wad < 0n : wad >= 0n).toBe(true)
        const own = distance(wad, bits, dtype)
        for (const other of [magnitude - 1n, magnitude + 1n]) {
          if (other < 0n || other > largest) continue
          const rival = distance(wad, (bits & signBit(dtype)) | other, dtype)
          expect(own < rival || (own === rival && magnitude % 2n === 0n)).toBe(true)
        }
      }),
      RUNS,
    )
  })
})

describe.each(DTYPES)('wadFromFloat of dtype %i', (dtype) => {
  const finite = fc
    .tuple(fc.bigInt(0n, infinity(dtype) - 1n), fc.boolean())
    .map(([bits, negative]) => (negative ? bits | signBit(dtype) : bits))

  test('gives the nearest fixed-point number, the even one of two', () => {
    fc.assert(
      fc.property(finite, (bits) => {
        const wad = wadFromFloat(bits, dtype)
        const { n, twos } = exact(bits, dtype)
        if (wad === 'outOfRange') {
          expect((abs(n) * WAD) >> twos >= (1n << 255n) - 1n).toBe(true)
          return
        }
        if (wad === 'nonFinite') throw new Error('a finite float was taken for another')
        // |2·(n·10^18 / 2^twos − wad)| ≤ 1, with equality for even results alone
        const twice = 2n * abs(n * WAD - (wad << twos))
        expect(twice < 1n << twos || (twice === 1n << twos && wad % 2n === 0n)).toBe(true)
      }),
      RUNS,
    )
  })

  test('comes back unchanged wherever 18 decimals tell neighbours apart', () => {
    fc.assert(
      fc.property(finite, (bits) => {
        const wad = wadFromFloat(bits, dtype)
        if (typeof wad !== 'bigint') return
        const { n, twos } = exact(bits, dtype)
        const { n: next, twos: nextTwos } = exact((bits & ~signBit(dtype)) + 1n, dtype)
        const gap = ((next << (1200n - nextTwos)) - (abs(n) << (1200n - twos))) * WAD
        // Neighbours at least two units apart: half a unit of rounding cannot reach the next one.
        if (gap >= 2n << 1200n && wad !== 0n) expect(floatFromWad(wad, dtype)).toBe(bits)
      }),
      RUNS,
    )
  })

  test('refuses NaN and infinities', () => {
    const exponent = infinity(dtype)
    for (const bits of [
      exponent,
      exponent | signBit(dtype),
      exponent + 1n,
      exponent | signBit(dtype) | 1n,
    ]) {
      expect(wadFromFloat(bits, dtype)).toBe('nonFinite')
    }
  })
})

const float32Bits = (value: number) => {
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value)
  return BigInt(view.getUint32(0))
}

describe('floatFromWad', () => {
  test.each([
    [0n, 0],
    [WAD, 1],
    [-WAD / 2n, -0.5],
    [WAD / 10n, 0.1],
    [1n, 1e-18],
    [340282346638528859811704183484516925440n * WAD, 3.4028234663852886e38],
  ])('gives float32 of %s', (wad, value) => {
    expect(floatFromWad(wad, Dtype.float32)).toBe(float32Bits(value))
  })

  test('keeps the sign of what rounds to zero', () => {
    expect(floatFromWad(-1n, Dtype.float16)).toBe(0x8000n)
    expect(floatFromWad(1n, Dtype.float16)).toBe(0n)
  })

  test('has no float16 at and beyond the rounding limit of 65520', () => {
    expect(floatFromWad(65520n * WAD - 1n, Dtype.float16)).toBe(0x7bffn)
    expect(floatFromWad(65520n * WAD, Dtype.float16)).toBeUndefined()
  })

  test('has only a float64 for the largest int256', () => {
    const largest = 2n ** 255n - 1n
    expect(floatFromWad(largest, Dtype.bfloat16)).toBeUndefined()
    expect(floatFromWad(largest, Dtype.float32)).toBeUndefined()
    expect(floatFromWad(largest, Dtype.float64)).toBeDefined()
  })
})

describe('wadFromFloat', () => {
  test('gives zero for −0', () => {
    expect(wadFromFloat(0x80000000n, Dtype.float32)).toBe(0n)
  })

  test('has no fixed-point number for the largest float64', () => {
    expect(wadFromFloat(0x7fefffffffffffffn, Dtype.float64)).toBe('outOfRange')
    expect(wadFromFloat(0xffefffffffffffffn, Dtype.float64)).toBe('outOfRange')
  })
})
