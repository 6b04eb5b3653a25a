import fc from 'fast-check'
import { formatUnits, parseUnits } from 'viem'
import { describe, expect, test } from 'vitest'
import { fromWad, InvalidDecimalError, toWad } from './wad.js'

const int256 = fc.bigInt({ min: -(2n ** 255n), max: 2n ** 255n - 1n })
const seed = 0x10c5

describe('toWad', () => {
  test.each([
    ['0.25', 250_000_000_000_000_000n],
    ['-1', -1_000_000_000_000_000_000n],
    ['.5', 500_000_000_000_000_000n],
    ['+2.', 2_000_000_000_000_000_000n],
    ['1e-18', 1n],
    ['12.5e3', 12_500_000_000_000_000_000_000n],
    ['-0', 0n],
    [0.1, 100_000_000_000_000_000n],
    [1e21, 10n ** 39n],
    [-2.5e-7, -250_000_000_000n],
  ])('default: %s', (value, wad) => {
    expect(toWad(value)).toBe(wad)
  })

  test.each([
    [0.0012345678901234567, 1_234_567_890_123_457n],
    [4e-19, 0n],
    [-1.5e-18, -2n],
    [2.5e-18, 2n],
    [5e-324, 0n],
  ])('behavior: the number %s is rounded to the nearest, ties to even', (value, wad) => {
    expect(toWad(value)).toBe(wad)
  })

  test('error: text with digits beyond the 18th decimal is refused, not rounded', () => {
    expect(() => toWad('0.0000000000000000001')).toThrow('has more than 18 decimals')
    expect(toWad('0.1000000000000000000000')).toBe(100_000_000_000_000_000n)
  })

  test.each([
    '',
    '.',
    'abc',
    '1,5',
    '0x10',
    '1e',
    '--1',
    ' 1',
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])('error: %s', (value) => {
    expect(() => toWad(value)).toThrow(InvalidDecimalError)
  })

  test('error: a number that int256 does not hold', () => {
    expect(() => toWad('1e60')).toThrowErrorMatchingInlineSnapshot(`
      [InvalidDecimalError: "1e60" does not fit int256.
      Write a finite decimal number with at most 18 decimals, such as 0.25 or -1e-3.]
    `)
    expect(toWad(fromWad(2n ** 255n - 1n))).toBe(2n ** 255n - 1n)
    expect(() => toWad(fromWad(2n ** 255n))).toThrow(InvalidDecimalError)
  })
})

describe('fromWad', () => {
  test('default', () => {
    expect(fromWad(250_000_000_000_000_000n)).toBe('0.25')
    expect(fromWad(-1n)).toBe('-0.000000000000000001')
    expect(fromWad(10n ** 18n)).toBe('1')
    expect(fromWad(0n)).toBe('0')
  })

  test('behavior: every int256 comes back from its text', () => {
    fc.assert(
      fc.property(int256, (wad) => {
        expect(toWad(fromWad(wad))).toBe(wad)
        expect(fromWad(wad)).toBe(formatUnits(wad, 18))
        expect(toWad(formatUnits(wad, 18))).toBe(parseUnits(fromWad(wad), 18))
      }),
      { seed },
    )
  })

  test('behavior: a double comes back where 18 decimals hold it', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), (value) => {
        expect(Number(fromWad(toWad(value)))).toBe(value)
      }),
      { seed },
    )
  })
})
