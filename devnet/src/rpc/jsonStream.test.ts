import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonStream, MessageTooLargeError } from './jsonStream.js'

const structure = fc.oneof(
  fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
  fc.array(fc.jsonValue()),
)
const blank = fc.constantFrom('', ' ', '\n', '\r\n\t ')

describe('JsonStream', () => {
  test('gives every value whole, however the bytes are cut', () => {
    const values = fc.array(fc.tuple(blank, structure))
    fc.assert(
      fc.property(values, fc.array(fc.nat(40)), (entries, cuts) => {
        const text = entries.map(([gap, value]) => gap + JSON.stringify(value)).join('')
        const stream = new JsonStream(1e6)
        const received: string[] = []
        let rest = Buffer.from(text)
        for (const cut of cuts) {
          received.push(...stream.push(rest.subarray(0, cut)))
          rest = rest.subarray(cut)
        }
        received.push(...stream.push(rest))
        expect(received).toEqual(entries.map(([, value]) => JSON.stringify(value)))
      }),
    )
  })

  test('takes brackets and quotes within strings for what they are', () => {
    const text = '{"a":"}\\"]\\\\"}[1]'
    expect(new JsonStream(100).push(Buffer.from(text))).toEqual(['{"a":"}\\"]\\\\"}', '[1]'])
  })

  test('gives what is no value a line at a time', () => {
    const stream = new JsonStream(100)
    expect(stream.push(Buffer.from('hello\n{}'))).toEqual(['hello\n', '{}'])
    expect(stream.push(Buffer.from('12'))).toEqual([])
    expect(stream.push(Buffer.from('\n'))).toEqual(['12\n'])
  })

  test('error: a value over the limit, before it ends', () => {
    const stream = new JsonStream(10)
    expect(stream.push(Buffer.from('{"a":1}'))).toEqual(['{"a":1}'])
    expect(() => stream.push(Buffer.from('{"a":12345'))).not.toThrow()
    expect(() => stream.push(Buffer.from('6'))).toThrow(MessageTooLargeError)
  })
})
