import fc from 'fast-check'
import {
  bytesToHex,
  decodeErrorResult,
  encodeErrorResult,
  encodeFunctionResult,
  hexToBytes,
} from 'viem'
import { describe, expect, test } from 'vitest'
import { Dtype, dtypeName } from '../tensor.js'
import { elementsFromWords, wordsFromElements } from './elements.js'
import { array, encodeAbi, tensor, words } from './encode.js'
import { inferenceAbi } from './interface.js'
import * as reverts from './revert.js'

const RUNS = { numRuns: 500, seed: 3 }
const MODEL = `0x${'cd'.repeat(32)}` as const

describe('encodeAbi', () => {
  test('gives tensors the bytes that viem gives them', () => {
    const tensors = fc.array(
      fc.record({
        dtype: fc.constantFrom(...Object.values(Dtype)),
        shape: fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 4 }),
        data: fc.uint8Array({ maxLength: 70 }),
      }),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(tensors, (outputs) => {
        const expected = encodeFunctionResult({
          abi: inferenceAbi,
          functionName: 'inferTensors',
          result: outputs.map((output) => ({ ...output, data: bytesToHex(output.data) })),
        })
        expect(bytesToHex(encodeAbi([array(outputs.map(tensor))]))).toBe(expected)
      }),
      RUNS,
    )
  })

  test.each([
    reverts.modelNotFound(MODEL),
    reverts.modelRefused(MODEL, undefined),
    reverts.useInferTensors(MODEL),
    reverts.inputCountMismatch(2, 3),
    reverts.dtypeMismatch(1, 7, 255),
    reverts.shapeMismatch(1, [1, -1], [2, 3, 4]),
    reverts.dataLengthMismatch(0, 2n ** 70n, 5),
    reverts.valueOutOfRange(1, 77),
    reverts.runTooLarge(MODEL, undefined),
    reverts.graphRejected(MODEL, undefined),
    reverts.nonFiniteOutput(0, 9),
    reverts.outputOutOfRange(3, 4),
    reverts.malformedCalldata('an offset points past the end'),
    reverts.unknownSelector('0xdeadbeef'),
  ])('writes $errorName as viem does', ({ data, errorName }) => {
    const decoded = decodeErrorResult({ abi: inferenceAbi, data: bytesToHex(data) })
    expect(decoded.errorName).toBe(errorName)
    const encoded = encodeErrorResult({
      abi: inferenceAbi,
      errorName,
      args: decoded.args as never,
    })
    expect(bytesToHex(data)).toBe(encoded)
  })

  test('shows a free dimension as the largest uint32', () => {
    const { data } = reverts.shapeMismatch(1, [1, -1], [2, 3])
    expect(decodeErrorResult({ abi: inferenceAbi, data: bytesToHex(data) }).args).toEqual([
      1n,
      [1, 0xffffffff],
      [2, 3],
    ])
  })
})

const INTEGERS = [
  [Dtype.bool, 0n, 1n],
  [Dtype.uint8, 0n, 255n],
  [Dtype.int8, -128n, 127n],
  [Dtype.uint16, 0n, 65535n],
  [Dtype.int16, -32768n, 32767n],
  [Dtype.uint32, 0n, 2n ** 32n - 1n],
  [Dtype.int32, -(2n ** 31n), 2n ** 31n - 1n],
  [Dtype.uint64, 0n, 2n ** 64n - 1n],
  [Dtype.int64, -(2n ** 63n), 2n ** 63n - 1n],
] as const

/** The words of `int256[]`, without its length. */
const int256s = (values: readonly bigint[]) =>
  hexToBytes(
    encodeFunctionResult({ abi: inferenceAbi, functionName: 'infer', result: values }),
  ).subarray(64)

const numbers = (dtype: Dtype, data: Uint8Array, count: number) =>
  encodeAbi([
    words(count, (out, at) => {
      if (wordsFromElements(dtype, data, out, at)) throw new Error('an element was refused')
    }),
  ]).subarray(64)

describe.each(INTEGERS)('elements of dtype %i', (dtype, min, max) => {
  test('come from int256 words and go back unchanged', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(min, max), { maxLength: 20 }), (values) => {
        const source = int256s(values)
        const data = elementsFromWords(dtype, source, 0, values.length)
        if (!(data instanceof Uint8Array)) throw new Error('a value was refused')
        expect(bytesToHex(numbers(dtype, data, values.length))).toBe(bytesToHex(source))
      }),
      RUNS,
    )
  })

  test('are refused beyond the range of the type, at their index', () => {
    for (const value of [min - 1n, max + 1n, min - 2n ** 64n, max + 2n ** 64n, 2n ** 255n - 1n]) {
      expect(elementsFromWords(dtype, int256s([min, max, value]), 0, 3)).toEqual({
        index: 2,
        fault: 'outOfRange',
      })
    }
  })
})

describe('elements of float dtypes', () => {
  test('carry 18 decimals', () => {
    const wads = [0n, 10n ** 18n, -5n * 10n ** 17n, 123456789n * 10n ** 18n]
    const data = elementsFromWords(Dtype.float64, int256s(wads), 0, wads.length)
    if (!(data instanceof Uint8Array)) throw new Error('a value was refused')
    expect([...new Float64Array(data.buffer)]).toEqual([0, 1, -0.5, 123456789])
    expect(bytesToHex(numbers(Dtype.float64, data, wads.length))).toBe(bytesToHex(int256s(wads)))
  })

  test.each([Dtype.float16, Dtype.bfloat16, Dtype.float32, Dtype.float64])(
    'of type %i survive the way to words and back',
    (dtype) => {
      const width = { float16: 2, bfloat16: 2, float32: 4, float64: 8 }[
        dtypeName(dtype) as 'float32'
      ]
      const values = fc.array(fc.bigInt(-(10n ** 24n), 10n ** 24n), { minLength: 1, maxLength: 20 })
      fc.assert(
        fc.property(values, (wads) => {
          const data = elementsFromWords(dtype, int256s(wads), 0, wads.length)
          if (!(data instanceof Uint8Array)) return
          expect(data.length).toBe(wads.length * width)
          const back = numbers(dtype, data, wads.length)
          // Once rounded to 18 decimals, large values stay what they are.
          const again = elementsFromWords(dtype, back, 0, wads.length)
          expect(bytesToHex(numbers(dtype, again as Uint8Array, wads.length))).toBe(
            bytesToHex(back),
          )
        }),
        RUNS,
      )
    },
  )
})
