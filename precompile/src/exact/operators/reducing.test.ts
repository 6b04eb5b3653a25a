import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  agree,
  combinations,
  type ExactCase,
  faultsOf,
  intervals,
  isProved,
  numbers,
  operand,
  RUNS,
  shapes,
} from '../../testing/exact.js'
import { contains, hull, intersection, rangeOf } from '../interval.js'
import type { IntegerDtype } from '../tensor.js'

/** Reductions with axes in the form that the operator set has. */
function reductions(
  operator: string,
  dtype: IntegerDtype,
  inputSince: number,
): fc.Arbitrary<ExactCase> {
  return fc
    .tuple(shapes(1), intervals(dtype), fc.constantFrom(13, 17, 18, 21), fc.boolean(), fc.boolean())
    .chain(([shape, interval, opset, keeps, fromBack]) =>
      fc
        .tuple(operand(dtype, shape, { interval }), fc.subarray([...shape.keys()]))
        .map(([input, some]) => {
          const axes = some.map((axis) => (fromBack ? axis - shape.length : axis))
          const isInput = opset >= inputSince
          const listed = isInput || axes.length === 0 ? {} : { axes: axes.map(BigInt) }
          return {
            operator,
            opset,
            attributes: { keepdims: BigInt(keeps), ...listed },
            operands: isInput && axes.length > 0 ? [input, numbers(...axes)] : [input],
          }
        }),
    )
}

test.each(combinations('ReduceMax', 'ReduceMin'))('%s of %s', async (operator, _, dtype) => {
  await agree(reductions(operator, dtype, 18), 2)
})

test.each(combinations('ReduceSum'))(
  '%s of %s is proved if and only if no part of it can overflow',
  async (operator, _, dtype) => {
    const both = { proved: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(reductions(operator, dtype, 13), async (each) => {
        const [input, axes] = each.operands
        if (!input?.interval) throw new Error('no interval')
        const { shape, interval } = input
        const reduced = axes ? axes.elements.map((axis) => shape.at(Number(axis)) as number) : shape
        const count = BigInt(reduced.reduce((a, b) => a * b, 1))
        // The engines sum up in float64, which holds every integer up to 2^53.
        const safe = intersection(rangeOf(dtype), { low: -(2n ** 53n), high: 2n ** 53n })
        const furthest = hull(0n, count * interval.low, count * interval.high)
        const isSafe = contains(safe, furthest)
        both[isSafe ? 'proved' : 'refused']++
        expect(isProved(each)).toBe(isSafe)
        if (isSafe) expect(await faultsOf(each)).toEqual([])
      }),
      { numRuns: 5 * RUNS },
    )
    expect(Math.min(both.proved, both.refused)).toBeGreaterThan(0)
  },
)

test.each(combinations('ArgMax', 'ArgMin'))('%s of %s', async (operator, _, dtype) => {
  const cases = fc
    .tuple(shapes(1), intervals(dtype), fc.boolean())
    .chain(([shape, interval, keeps]) =>
      fc.record({
        operator: fc.constant(operator),
        opset: fc.constantFrom(13, 17, 21),
        attributes: fc
          .integer({ min: -shape.length, max: shape.length - 1 })
          .map((axis) => ({ axis: BigInt(axis), keepdims: BigInt(keeps) })),
        operands: fc.tuple(operand(dtype, shape, { interval })),
      }),
    )
  await agree(cases, 3)
})

describe('MaxPool', () => {
  test.each(combinations('MaxPool'))('%s of %s', async (operator, _, dtype) => {
    const cases = fc.integer({ min: 1, max: 3 }).chain((rank) => {
      const each = (arbitrary: fc.Arbitrary<number>) =>
        fc.array(arbitrary, { minLength: rank, maxLength: rank })
      return fc
        .record({
          kernel: each(fc.integer({ min: 1, max: 4 })),
          strides: each(fc.integer({ min: 1, max: 3 })),
          heads: each(fc.nat({ max: 3 })),
          tails: each(fc.nat({ max: 3 })),
          room: each(fc.nat({ max: 9 })),
          planes: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 })),
          ceil: fc.boolean(),
        })
        .chain(({ kernel, strides, heads, tails, room, planes, ceil }) => {
          // The engine refuses pads as large as the kernel.
          const cut = (pads: readonly number[]) =>
            pads.map((pad, axis) => Math.min(pad, (kernel[axis] as number) - 1))
          const shape = [...planes, ...kernel.map((size, axis) => size + (room[axis] as number))]
          return fc.record({
            operator: fc.constant(operator),
            opset: fc.constantFrom(13, 17, 21),
            attributes: fc.constant({
              kernel_shape: kernel.map(BigInt),
              strides: strides.map(BigInt),
              pads: [...cut(heads), ...cut(tails)].map(BigInt),
              ceil_mode: BigInt(ceil),
            }),
            operands: intervals(dtype).chain((interval) =>
              fc.tuple(operand(dtype, shape, { interval })),
            ),
          })
        })
    })
    await agree(cases, 3)
  })
})
