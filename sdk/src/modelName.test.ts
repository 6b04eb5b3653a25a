import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromModelName, InvalidModelNameError, parseModelName, toModelName } from './modelName.js'

const owner = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const encoded = `0x${'766f6c6174696c6974792d7631'.padEnd(64, '0')}` as const

describe('toModelName', () => {
  test('default', () => {
    expect(toModelName('volatility-v1')).toBe(encoded)
  })

  test('behavior: holds 32 bytes of UTF-8', () => {
    expect(fromModelName(toModelName('ö'.repeat(16)))).toBe('ö'.repeat(16))
  })

  test.each([
    ['', 'it is empty'],
    ['n'.repeat(33), 'it takes 33 bytes, of at most 32'],
    ['ö'.repeat(17), 'it takes 34 bytes'],
    ['a/b', 'a slash'],
    ['a\0', 'a control character'],
  ])('error: %j', (name, reason) => {
    expect(() => toModelName(name)).toThrow(InvalidModelNameError)
    expect(() => toModelName(name)).toThrow(reason)
  })

  test('error: text that UTF-8 cannot hold', () => {
    expect(() => toModelName('a\ud800')).toThrow(InvalidModelNameError)
  })
})

describe('fromModelName', () => {
  test('default', () => {
    expect(fromModelName(encoded)).toBe('volatility-v1')
  })

  test('behavior: bytes that are no text come back as hex', () => {
    const bytes = `0x${'ff'.repeat(32)}` as const
    expect(fromModelName(bytes)).toBe(bytes)
  })

  test('behavior: every name comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), (name) => {
        fc.pre(new TextEncoder().encode(name).length <= 32 && !/[/\p{Cc}]/u.test(name))
        expect(fromModelName(toModelName(name))).toBe(name)
      }),
      { seed: 0x10c5 },
    )
  })
})

describe('parseModelName', () => {
  test('default', () => {
    expect(parseModelName(`${owner}/volatility-v1`)).toEqual({ owner, name: 'volatility-v1' })
    expect(parseModelName('volatility-v1')).toEqual({ owner: undefined, name: 'volatility-v1' })
  })

  test.each(['bob/volatility-v1', `${owner}/`, `${owner}/a/b`, '/a', ''])('error: %j', (text) => {
    expect(() => parseModelName(text)).toThrow(InvalidModelNameError)
  })
})
