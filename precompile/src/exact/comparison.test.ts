import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readModel } from '../model/index.js'
import { Dtype } from '../tensor.js'
import { node, onnx, value, weight } from '../testing/onnx.js'
import { comparisonOf, given } from './comparison.js'

const { int32, int64 } = Dtype

const holds: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  Less: (a, b) => a < b,
  LessOrEqual: (a, b) => a <= b,
  Greater: (a, b) => a > b,
  GreaterOrEqual: (a, b) => a >= b,
}

const interval = fc
  .tuple(fc.bigInt({ min: -6n, max: 6n }), fc.bigInt({ min: 0n, max: 6n }))
  .map(([low, length]) => ({ low, high: low + length }))

function* each({ low, high }: { low: bigint; high: bigint }): Generator<bigint> {
  for (let x = low; x <= high; x++) yield x
}

test.each(Object.keys(holds))('what remains given %s is all that can be, and no more', (name) => {
  fc.assert(
    fc.property(interval, interval, fc.boolean(), (a, b, isTrue) => {
      const [left, right] = [
        { id: 'a', interval: a },
        { id: 'b', interval: b },
      ] as const
      const comparison = comparisonOf(name, [left, right])
      const possible = [...each(a)].flatMap((x) =>
        [...each(b)].filter((y) => holds[name]?.(x, y) === isTrue).map((y) => [x, y] as const),
      )
      const remains = [left, right].map((operand) => given(operand, comparison, isTrue))
      const all = [possible.map(([x]) => x), possible.map(([, y]) => y)]
      remains.forEach((got, i) => {
        const values = (all[i] as bigint[]).toSorted((x, y) => (x < y ? -1 : 1))
        const want = values.length > 0 ? { low: values[0], high: values.at(-1) } : undefined
        expect(got).toEqual(want)
      })
    }),
  )
})

test('an operand that is not compared keeps its interval', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ id, interval: { low: 0n, high: 9n } }))
  expect(given(c as never, comparisonOf('Less', [a, b]), true)).toEqual({ low: 0n, high: 9n })
  expect(given(c as never, undefined, true)).toEqual({ low: 0n, high: 9n })
  expect(comparisonOf('Equal', [a, b])).toBeUndefined()
})

describe('an int64 that is chosen within bounds', () => {
  /** The input, raised to −bound and lowered to bound as Clip would, then cast to int32. */
  const clamped = (bound: bigint, first: 'Greater' | 'Less') =>
    onnx({
      nodes: [
        node(first, ['x', 'top'], ['above']),
        node('Where', ['above', 'top', 'x'], ['lowered']),
        node('Less', ['lowered', 'bottom'], ['below']),
        node('Where', ['below', 'bottom', 'lowered'], ['inside']),
        node('Cast', ['inside'], ['y'], { to: BigInt(int32) }),
      ],
      inputs: [value('x', int64, [3])],
      outputs: [value('y', int32, [3])],
      weights: [
        weight('top', int64, [], BigInt64Array.of(bound)),
        weight('bottom', int64, [], BigInt64Array.of(-bound)),
      ],
    })

  test('is proved to fit', () => {
    expect(readModel(clamped(2n ** 31n - 1n, 'Greater')).class).toBe('exact')
  })

  test.each([
    ['bounds are too wide', clamped(2n ** 31n, 'Greater')],
    ['the wrong branch is chosen', clamped(2n ** 31n - 1n, 'Less')],
  ])('is not where %s', (_, bytes) => {
    expect(readModel(bytes).inexact).toMatchObject({ operator: 'Cast' })
  })
})
