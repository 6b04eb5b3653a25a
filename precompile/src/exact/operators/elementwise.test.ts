import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Dtype } from '../../tensor.js'
import {
  agree,
  broadcasts,
  combinations,
  type ExactCase,
  elementsIn,
  faultsOf,
  intervals,
  isProved,
  type Operand,
  operand,
  RUNS,
  shapes,
} from '../../testing/exact.js'
import { contains, hull, type Interval, intersection, rangeOf } from '../interval.js'
import type { IntegerDtype } from '../tensor.js'

/** Opsets in which forms of these operators change. */
const opsets = fc.constantFrom(13, 17, 21)

function cases(
  operator: string,
  operands: fc.Arbitrary<readonly (Operand | undefined)[]>,
): fc.Arbitrary<ExactCase> {
  return fc.record({ operator: fc.constant(operator), opset: opsets, operands })
}

/** Two operands that broadcast, each of an interval of its own, one of them perhaps a constant. */
function pairs(dtype: IntegerDtype): fc.Arbitrary<Operand[]> {
  return fc
    .tuple(broadcasts(2), intervals(dtype), intervals(dtype), fc.constantFrom(0, 1, undefined))
    .chain(([[left = [], right = []], a, b, constant]) =>
      fc.tuple(
        operand(dtype, left, { interval: a, isConstant: constant === 0 }),
        operand(dtype, right, { interval: b, isConstant: constant === 1 }),
      ),
    )
}

/** What the proof knows of an operand. */
function known({ elements, interval, isConstant, dtype }: Operand): Interval {
  return isConstant ? hull(...elements) : (interval ?? rangeOf(dtype))
}

const arithmetic: Readonly<Record<string, (a: bigint, b: bigint) => bigint | undefined>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => (b === 0n ? undefined : a / b),
}

/** Whether an operation that grows or falls along each operand is defined, and fits, at the corners of its operands. */
function fitsAtCorners(operator: string, [a, b]: readonly Operand[]): boolean {
  const [left, right] = [known(a as Operand), known(b as Operand)]
  const range = rangeOf((a as Operand).dtype)
  const divides = contains(right, { low: 0n, high: 0n }) && operator === 'Div'
  return [left.low, left.high].every((x) =>
    [right.low, right.high].every((y) => {
      const result = divides ? undefined : arithmetic[operator]?.(x, y)
      return result !== undefined && contains(range, { low: result, high: result })
    }),
  )
}

describe('arithmetic on int32 and int64', () => {
  test.each(combinations('Add', 'Sub', 'Mul', 'Div'))(
    '%s of %s is proved where it cannot overflow, and is then the same everywhere',
    async (operator, _, dtype) => {
      let proved = 0
      await fc.assert(
        fc.asyncProperty(cases(operator, pairs(dtype)), async (each) => {
          const isSafe = fitsAtCorners(operator, each.operands as Operand[])
          expect(isProved(each)).toBe(isSafe)
          if (!isSafe) return
          proved++
          expect(await faultsOf(each)).toEqual([])
        }),
        { numRuns: 3 * RUNS },
      )
      expect(proved).toBeGreaterThan(0)
    },
  )

  test.each(combinations('Neg', 'Abs'))('%s of %s', async (operator, _, dtype) => {
    const { low, high } = rangeOf(dtype)
    const within = intervals(dtype, { low: low + 1n, high })
    const operands = fc
      .tuple(shapes(), within)
      .chain(([shape, interval]) => fc.tuple(operand(dtype, shape, { interval })))
    await agree(cases(operator, operands))
  })
})

describe('choice', () => {
  test.each(combinations('Min', 'Max'))('%s of %s', async (operator, _, dtype) => {
    const operands = fc
      .integer({ min: 1, max: 4 })
      .chain((count) =>
        fc.tuple(
          broadcasts(count),
          fc.array(intervals(dtype), { minLength: count, maxLength: count }),
        ),
      )
      .chain(([list, bounds]) =>
        fc.tuple(
          ...list.map((shape, i) =>
            operand(dtype, shape, bounds[i] ? { interval: bounds[i] } : {}),
          ),
        ),
      )
    await agree(cases(operator, operands))
  })

  test.each(combinations('Clip'))('%s of %s', async (operator, _, dtype) => {
    const operands = fc
      .tuple(shapes(), intervals(dtype), intervals(dtype), fc.boolean(), fc.boolean())
      .chain(([shape, interval, bounds, hasLow, hasHigh]) => {
        const bound = (value: bigint) =>
          fc
            .tuple(fc.constantFrom([], [1]), fc.boolean())
            .chain(([one, isConstant]) =>
              operand(dtype, one, { interval: hull(value), isConstant }),
            )
        return fc.tuple(
          operand(dtype, shape, { interval }),
          hasLow ? bound(bounds.low) : fc.constant(undefined),
          hasHigh ? bound(bounds.high) : fc.constant(undefined),
        )
      })
    await agree(cases(operator, operands))
  })

  test.each(combinations('Where'))('%s of %s', async (operator, _, dtype) => {
    const operands = broadcasts(3).chain(([a = [], b = [], c = []]) =>
      fc.tuple(operand(Dtype.bool, a), operand(dtype, b), operand(dtype, c)),
    )
    await agree(cases(operator, operands))
  })
})

describe('truth', () => {
  test.each(combinations('Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'))(
    '%s of %s',
    async (operator, _, dtype) => {
      const operands = broadcasts(2).chain(([a = [], b = []]) =>
        fc.tuple(operand(dtype, a), operand(dtype, b)),
      )
      await agree(cases(operator, operands))
    },
  )

  test.each(combinations('And', 'Or', 'Xor'))('%s of %s', async (operator, _, dtype) => {
    const operands = broadcasts(2).chain(([a = [], b = []]) =>
      fc.tuple(operand(dtype, a), operand(dtype, b)),
    )
    await agree(cases(operator, operands))
  })

  test('Not', async () => {
    await agree(
      cases(
        'Not',
        shapes().chain((shape) => fc.tuple(operand(Dtype.bool, shape))),
      ),
    )
  })
})

describe('Cast', () => {
  const pairsOfTypes = combinations('Cast').flatMap(([, name, from]) =>
    combinations('Cast').map(([, other, to]): [string, string, IntegerDtype, IntegerDtype] => [
      name,
      other,
      from,
      to,
    ]),
  )
  test.each(pairsOfTypes)('%s to %s, of values that fit', async (_, __, from, to) => {
    const [a, b] = [rangeOf(from), rangeOf(to)]
    const within = intervals(from, to === Dtype.bool ? a : intersection(a, b))
    const operands = fc
      .tuple(shapes(), within)
      .chain(([shape, interval]) => fc.tuple(operand(from, shape, { interval })))
    await agree(
      cases('Cast', operands).map((each) => ({ ...each, attributes: { to: BigInt(to) } })),
    )
  })
})

test('elements are within the intervals that promise them', () => {
  fc.assert(
    fc.property(
      intervals(Dtype.int64).chain((interval) =>
        elementsIn(interval, 8).map((elements) => ({ interval, elements })),
      ),
      ({ interval, elements }) => contains(interval, hull(...elements)),
    ),
  )
})
