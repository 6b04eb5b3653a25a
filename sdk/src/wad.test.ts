import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromWad, InvalidDecimalError, toWad } from './wad.js'

describe('toWad', () => {
  test.each([
    ['0.25', 250_000_000_000_000_000n],
    ['-1', -1_000_000_000_000_000_000n],
    ['1e-18', 1n],
    ['1.5e3', 1_500_000_000_000_000_000_000n],
    ['.5', 500_000_000_000_000_000n],
    ['1.', 1_000_000_000_000_000_000n],
  ])('%s', (text, wad) => {
    expect(toWad(text)).toBe(wad)
  })

  test('a number stands for its shortest decimal form', () => {
    expect(toWad(0.1)).toBe(100_000_000_000_000_000n)
    expect(toWad(1e-7)).toBe(100_000_000_000n)
  })

  test.each(['', '.', 'abc', '0x10', '1e', '1,5', ' 1', 'Infinity', 'NaN', '1e9999'])(
    'error: "%s" is no decimal',
    (text) => {
      expect(() => toWad(text)).toThrow(InvalidDecimalError)
    },
  )

  test('error: a digit beyond the 18th decimal is refused, not rounded', () => {
    expect(() => toWad('0.0000000000000000001')).toThrow('has more than 18 decimals')
    expect(toWad('0.1000000000000000000000')).toBe(100_000_000_000_000_000n)
  })
})

test('every fixed-point number survives the way to text and back', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 255n), max: 2n ** 255n - 1n }), (wad) => {
      expect(toWad(fromWad(wad))).toBe(wad)
    }),
  )
})

test('text is short: no trailing zeros, no point without a fraction', () => {
  expect(fromWad(1_500_000_000_000_000_000n)).toBe('1.5')
  expect(fromWad(2_000_000_000_000_000_000n)).toBe('2')
  expect(fromWad(-1n)).toBe('-0.000000000000000001')
  expect(fromWad(0n)).toBe('0')
})
