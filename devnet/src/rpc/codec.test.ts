import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  address,
  bytes,
  bytes32,
  CodecError,
  integer,
  list,
  object,
  quantity,
  slot,
  strictObject,
  uint64,
} from './codec.js'
import { toQuantity } from './format/quantity.js'
import { blockId, stateOverrides, transactionRequest } from './params.js'

const seed = 7
const uint256 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })

describe('quantity', () => {
  test('reads what toQuantity writes', () => {
    fc.assert(
      fc.property(uint256, (value) => {
        expect(quantity(toQuantity(value))).toBe(value)
      }),
      { seed },
    )
  })

  test('reads decimal strings and JSON numbers, since tools send them', () => {
    fc.assert(
      fc.property(uint256, (value) => {
        expect(quantity(value.toString())).toBe(value)
      }),
      { seed },
    )
    expect(quantity(31337)).toBe(31337n)
  })

  test.each([
    -1,
    1.5,
    2 ** 53,
    '',
    '0x',
    '0xg',
    '-1',
    ' 1',
    null,
    true,
    {},
    [1],
    `0x1${'0'.repeat(64)}`,
  ])('refuses %j', (value) => expect(() => quantity(value)).toThrow(CodecError))
})

test('uint64 stops at 64 bits', () => {
  expect(uint64('0xffffffffffffffff')).toBe(2n ** 64n - 1n)
  expect(() => uint64('0x10000000000000000')).toThrow('64 bits')
})

test('integer keeps its bounds', () => {
  expect(integer(1, 5)('0x5')).toBe(5)
  expect(() => integer(1, 5)(6)).toThrow('a whole number from 1 to 5, got 6')
})

describe('bytes', () => {
  test('reads any whole bytes, in either case, as lower case', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (value) => {
        const hex = `0x${Buffer.from(value).toString('hex')}`
        expect(bytes(`0x${hex.slice(2).toUpperCase()}`)).toBe(hex)
      }),
      { seed },
    )
  })

  test.each(['', '0', '0x1', 'ff', '0xzz', 1, null])('refuses %j', (value) =>
    expect(() => bytes(value)).toThrow(CodecError),
  )
})

test('fixed-length hex refuses any other length', () => {
  expect(() => address('0x1234')).toThrow('40 hex digits, got "0x1234"')
  expect(() => bytes32(`0x${'0'.repeat(62)}`)).toThrow('64 hex digits')
  expect(slot('0x1')).toBe(`0x${'1'.padStart(64, '0')}`)
})

describe('object', () => {
  const fields = { a: quantity, b: list(quantity) }

  test('drops null fields and names that it does not know', () => {
    expect(object(fields)({ a: null, c: 1, b: ['0x1'] })).toEqual({ b: [1n] })
  })

  test('says where the wrong value is', () => {
    expect(() => object(fields)({ b: ['0x1', 'x'] })).toThrow('.b[1] must be a quantity')
  })

  test('is not fooled by the names of Object.prototype', () => {
    expect(object(fields)(JSON.parse('{"__proto__": {"a": "0x1"}, "toString": 1}'))).toEqual({})
  })

  test('strictObject refuses a misspelt name', () => {
    expect(() => strictObject(fields)({ aa: 1 })).toThrow('no field but a, b, got "aa"')
  })
})

test('an error shows hostile values short and flat', () => {
  let deep: unknown = 1
  for (let level = 0; level < 100_000; level++) deep = [deep]
  expect(() => quantity(deep)).toThrow('got a list of 1')
  expect(() => quantity('x'.repeat(1_000_000))).toThrow(/^.{1,200}$/)
})

describe('blockId', () => {
  const hash = `0x${'ab'.repeat(32)}`

  test.each([
    ['latest', 'latest'],
    ['0x10', 16n],
    [16, 16n],
    [hash, { hash }],
    [{ blockHash: hash, requireCanonical: true }, { hash }],
    [{ blockNumber: '0x0' }, 0n],
  ])('reads %j', (value, id) => expect(blockId(value)).toEqual(id))

  test.each([
    'newest',
    '',
    -1,
    {},
    { blockNumber: '0x0', blockHash: hash },
    [],
    '0x10000000000000000',
  ])('refuses %j', (value) => expect(() => blockId(value)).toThrow(CodecError))
})

describe('transactionRequest', () => {
  test('takes code as data or input, but not two different ones', () => {
    expect(transactionRequest({ data: '0x01' })).toEqual({ data: '0x01' })
    expect(transactionRequest({ input: '0x01', data: '0x01' })).toEqual({ data: '0x01' })
    expect(() => transactionRequest({ input: '0x01', data: '0x02' })).toThrow(
      'data and input agree',
    )
  })

  test('refuses fees of two kinds, and hashes of blobs without the blobs', () => {
    expect(() => transactionRequest({ gasPrice: '0x1', maxFeePerGas: '0x1' })).toThrow('not both')
    expect(() => transactionRequest({ type: '0x3' })).toThrow('with its blobs')
  })
})

test('stateOverrides refuses state and stateDiff together, and names that mean nothing', () => {
  const owner = `0x${'11'.repeat(20)}`
  expect(() => stateOverrides({ [owner]: { state: {}, stateDiff: {} } })).toThrow('not both')
  expect(() => stateOverrides({ [owner]: { storage: {} } })).toThrow('no field but balance')
})
