import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromModelName, InvalidModelNameError, parseModelName, toModelName } from './modelName.js'

const owner = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

test('a name is UTF-8 on the left of its word', () => {
  expect(toModelName('volatility-v1')).toBe(
    '0x766f6c6174696c6974792d763100000000000000000000000000000000000000',
  )
})

test('every name that can be set reads back', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 32 })
  fc.assert(
    fc.property(name, (text) => {
      const bytes = new TextEncoder().encode(text)
      fc.pre(bytes.length <= 32 && !/[/\p{Cc}]/u.test(text))
      fc.pre(!text.includes('\ufffd'))
      expect(fromModelName(toModelName(text))).toBe(text)
    }),
  )
})

test('behavior: bytes that are no text stay hex', () => {
  const encoded = `0xff${'00'.repeat(31)}` as const
  expect(fromModelName(encoded)).toBe(encoded)
})

describe('parseModelName', () => {
  test('splits the owner from the name', () => {
    expect(parseModelName(`${owner}/volatility-v1`)).toEqual({ owner, name: 'volatility-v1' })
    expect(parseModelName('volatility-v1')).toEqual({ owner: undefined, name: 'volatility-v1' })
  })

  test.each(['', 'someone/name', `${owner}/`, `${owner}/a/b`, 'a'.repeat(33), 'a\nb'])(
    'error: "%s"',
    (text) => {
      expect(() => parseModelName(text)).toThrow(InvalidModelNameError)
    },
  )
})
