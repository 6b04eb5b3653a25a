import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Encoding } from '../exact/encoding.js'
import { decodeToWad, encodeWad } from './encoded.js'

const WAD = 10n ** 18n
const positive = fc.bigInt(1n, 2n ** 64n)
const linear = fc
  .record({
    numerator: positive,
    denominator: positive,
    zero: fc.bigInt(-128n, 255n),
    low: fc.bigInt(-(2n ** 31n), 0n),
    high: fc.bigInt(1n, 2n ** 31n - 1n),
  })
  .map((fields): Encoding & { kind: 'linear' } => ({ kind: 'linear', ...fields }))
const int256 = fc.bigInt(-(2n ** 255n), 2n ** 255n - 1n)

const float32 = new Float32Array(1)
const bits = new Int32Array(float32.buffer)
/** The order of a float32 as its sign and magnitude give it. */
function orderOf(value: number): bigint {
  float32[0] = value
  const [word = 0] = bits
  return BigInt(word < 0 ? -(word & 0x7fffffff) : word)
}

describe('a linear encoding', () => {
  test('takes the nearest integer, ties to even, and its bound beyond it', () => {
    fc.assert(
      fc.property(linear, int256, (encoding, wad) => {
        const { numerator, denominator, zero, low, high } = encoding
        const q = encodeWad(wad, encoding) as bigint
        expect(q >= low && q <= high).toBe(true)
        // Twice the distance between the real and the integer, times numerator · 10^18, is at most one step.
        const twice = 2n * (wad * denominator - (q - zero) * numerator * WAD)
        const step = numerator * WAD
        if (q > low && q < high) {
          expect(twice <= step && twice >= -step).toBe(true)
          if (twice === step || twice === -step) expect((q - zero) % 2n).toBe(0n)
        } else if (q === low) {
          expect(twice <= step).toBe(true)
        } else {
          expect(twice >= -step).toBe(true)
        }
      }),
    )
  })

  test('gives back each integer that it is finer than', () => {
    fc.assert(
      fc.property(linear, fc.bigInt(-1000n, 1000n), (encoding, q) => {
        const coarse = { ...encoding, numerator: encoding.denominator, low: -2000n, high: 2000n }
        const wad = decodeToWad(q, coarse)
        expect(wad).toBe((q - coarse.zero) * WAD)
        expect(encodeWad(wad as bigint, coarse)).toBe(q)
      }),
    )
  })

  test('says when a real does not fit int256', () => {
    const encoding = { kind: 'linear', denominator: 1n, zero: 0n, low: 0n, high: 2n } as const
    expect(decodeToWad(2n, { ...encoding, numerator: 2n ** 200n })).toBe('outOfRange')
  })
})

describe('an ordered encoding', () => {
  const ordered = { kind: 'ordered' } as const

  test('is the order of the nearest float32, and gives that float back', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 120n), 2n ** 120n), (wad) => {
        const nearest = Number(wad) / 1e18
        const q = encodeWad(wad, ordered) as bigint
        // Number(wad) / 1e18 is within two roundings of double precision: at most the neighbouring float32.
        const distance = q - orderOf(Math.fround(nearest))
        expect(distance >= -1n && distance <= 1n).toBe(true)
        expect(encodeWad(decodeToWad(q, ordered) as bigint, ordered)).toBeTypeOf('bigint')
      }),
    )
  })

  test('knows one zero', () => {
    expect(encodeWad(0n, ordered)).toBe(0n)
    expect(encodeWad(-1n, ordered)).toBe(orderOf(-1e-18))
    expect(decodeToWad(0n, ordered)).toBe(0n)
  })

  test('orders as the floats do', () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 60), max: 2 ** 60 })
    fc.assert(
      fc.property(float, float, (a, b) => {
        const [first, second] = [toWad(a), toWad(b)].map((wad) => encodeWad(wad, ordered) as bigint)
        if (toWad(a) < toWad(b)) expect((first as bigint) <= (second as bigint)).toBe(true)
      }),
    )
  })

  test('refuses what no float32 comes near', () => {
    expect(encodeWad(2n ** 254n, ordered)).toBeUndefined()
  })
})

/** Exact for floats of moderate size; below 10^-18 digits are lost. */
function toWad(value: number): bigint {
  const scaled = value * 2 ** 60
  return (BigInt(Math.trunc(scaled)) * WAD) >> 60n
}
