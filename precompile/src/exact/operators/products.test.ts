import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Dtype, elementCount, type Shape } from '../../tensor.js'
import {
  agree,
  combinations,
  type ExactCase,
  elementsIn,
  faultsOf,
  intervals,
  isProved,
  modelOf,
  type Operand,
  operand,
  RUNS,
} from '../../testing/exact.js'
import { contains, hull, type Interval, intersection, rangeOf } from '../interval.js'
import { readExactGraph } from '../read.js'
import { evaluateExact } from '../reference.js'
import { fromTensor, type IntegerDtype } from '../tensor.js'

type Cases = fc.Arbitrary<ExactCase>

/** Sizes around those of the engines' blocks. */
const side = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(8, 15, 16, 17, 33, 64))
const inner = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 31, 64, 65, 257))

/** Shapes of two sides of a product of matrices: vectors, matrices and stacks of them. */
const sides: fc.Arbitrary<readonly [number[], number[]]> = fc
  .record({
    rows: side,
    inner,
    columns: side,
    batch: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    form: fc.constantFrom(
      'matrices',
      'stacks',
      'left stack',
      'right stack',
      'left vector',
      'right vector',
      'vectors',
    ),
  })
  .map(({ rows, inner, columns, batch, form }) => {
    const [left, right] = [
      [rows, inner],
      [inner, columns],
    ]
    switch (form) {
      case 'stacks':
        return [
          [...batch, ...left],
          [...batch.map((dim, axis) => (axis === 0 ? 1 : dim)), ...right],
        ]
      case 'left stack':
        return [[...batch, ...left], right]
      case 'right stack':
        return [left, [...batch, ...right]]
      case 'left vector':
        return [[inner], right]
      case 'right vector':
        return [left, [inner]]
      case 'vectors':
        return [[inner], [inner]]
      default:
        return [left, right]
    }
  })

/** Left out, one for all, or one for each channel. */
function zeroPoint(dtype: IntegerDtype, channels?: number): fc.Arbitrary<Operand | undefined> {
  const shape = fc.constantFrom([], [1], ...(channels === undefined ? [] : [[channels]]))
  return fc.option(
    shape.chain((dims) => operand(dtype, dims, { isConstant: true })),
    { nil: undefined, freq: 3 },
  )
}

const matMulInteger: Cases = sides.chain(([left, right]) =>
  fc.record({
    operator: fc.constant('MatMulInteger'),
    operands: fc.tuple(
      fc.boolean().chain((isConstant) => operand(Dtype.uint8, left, { isConstant })),
      // At least one side is an input.
      operand(Dtype.uint8, right),
      zeroPoint(Dtype.uint8),
      zeroPoint(Dtype.uint8, right.length === 2 ? right[1] : undefined),
    ),
  }),
)

/** The same with the right side in the file. */
const withWeights = (cases: Cases): Cases =>
  cases.map((each) => ({
    ...each,
    operands: each.operands.map((value, i) => {
      if (i > 1 || !value) return value
      const { interval, isConstant, ...rest } = value
      return i === 1 ? { ...rest, isConstant: true } : { ...rest, ...(interval && { interval }) }
    }),
  }))

/** A side so small that the other may be large. */
const SMALL: Interval = { low: -100n, high: 100n }

function clamped(dtype: IntegerDtype, interval: Interval): Interval {
  return intersection(rangeOf(dtype), interval)
}

const matMul = (dtype: IntegerDtype): Cases =>
  fc
    .tuple(sides, fc.constantFrom(0, 1, undefined), fc.constantFrom(8n, 14n, 28n, 60n))
    .chain(([[left, right], constant, bits]) => {
      const within = { low: -(2n ** bits), high: 2n ** bits }
      const [a, b] = [intervals(dtype, clamped(dtype, within)), intervals(dtype, SMALL)]
      return fc.tuple(fc.constant([left, right]), fc.constant(constant), a, b)
    })
    .chain(([[left = [], right = []], constant, a, b]) =>
      fc.record({
        operator: fc.constant('MatMul'),
        operands: fc.tuple(
          operand(dtype, left, { interval: a, isConstant: constant === 0 }),
          operand(dtype, right, { interval: b, isConstant: constant === 1 }),
        ),
      }),
    )

interface ConvolutionForm {
  readonly input: number[]
  readonly weights: number[]
  readonly attributes: NonNullable<ExactCase['attributes']>
}

/** One to three spatial axes, with strides, dilations, pads and groups. */
const convolutions: fc.Arbitrary<ConvolutionForm> = fc
  .integer({ min: 1, max: 3 })
  .chain((rank) => {
    const each = (arbitrary: fc.Arbitrary<number>) =>
      fc.array(arbitrary, { minLength: rank, maxLength: rank })
    return fc.record({
      images: fc.integer({ min: 1, max: 2 }),
      group: fc.integer({ min: 1, max: 3 }),
      channels: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(16, 17)),
      features: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(16)),
      kernel: each(fc.integer({ min: 1, max: 3 })),
      strides: each(fc.integer({ min: 1, max: 3 })),
      dilations: each(fc.integer({ min: 1, max: 2 })),
      pads: each(fc.nat({ max: 2 })),
      tails: each(fc.nat({ max: 2 })),
      room: each(fc.nat({ max: rank === 3 ? 3 : 12 })),
      isPadded: fc.boolean(),
    })
  })
  .map(
    ({
      images,
      group,
      channels,
      features,
      kernel,
      strides,
      dilations,
      pads,
      tails,
      room,
      isPadded,
    }) => {
      const spatial = kernel.map(
        (size, axis) => (size - 1) * (dilations[axis] as number) + 1 + (room[axis] as number),
      )
      const list = (values: readonly number[]) => values.map(BigInt)
      return {
        input: [images, channels * group, ...spatial],
        weights: [features * group, channels, ...kernel],
        attributes: {
          group: BigInt(group),
          strides: list(strides),
          dilations: list(dilations),
          ...(isPadded ? { pads: list([...pads, ...tails]) } : {}),
        },
      }
    },
  )

const convInteger = (x: IntegerDtype, w: IntegerDtype, isConstant: boolean): Cases =>
  convolutions.chain(({ input, weights, attributes }) =>
    fc.record({
      operator: fc.constant('ConvInteger'),
      attributes: fc.constant(attributes),
      operands: fc.tuple(
        intervals(x).chain((interval) => operand(x, input, { interval })),
        operand(w, weights, { isConstant }),
        zeroPoint(x),
        zeroPoint(w),
      ),
    }),
  )

describe('MatMulInteger', () => {
  test('of two inputs', async () => agree(matMulInteger, 3))
  test('by weights', async () => agree(withWeights(matMulInteger), 3))
})

describe('ConvInteger', () => {
  test.each([
    ['uint8', 'uint8', Dtype.uint8, Dtype.uint8],
    ['uint8', 'int8', Dtype.uint8, Dtype.int8],
    ['int8', 'int8', Dtype.int8, Dtype.int8],
  ] as const)('of %s by %s', async (_, __, x, w) => {
    await agree(convInteger(x, w, true), 3)
    await agree(convInteger(x, w, false), 2)
  })
})

describe('MatMul', () => {
  test.each(combinations('MatMul'))('%s of %s', async (_, __, dtype) => {
    let proved = 0
    await fc.assert(
      fc.asyncProperty(matMul(dtype), async (each) => {
        if (!isProved(each)) return
        proved++
        expect(await faultsOf(each)).toEqual([])
      }),
      { numRuns: 3 * RUNS },
    )
    expect(proved).toBeGreaterThan(0)
  })
})

/** A row of values times a column of weights. */
interface Line {
  readonly dtype: IntegerDtype
  readonly interval: Interval
  readonly weights: readonly bigint[]
}

const lines = (dtype: IntegerDtype): fc.Arbitrary<Line> =>
  fc
    .tuple(fc.integer({ min: 1, max: 12 }), intervals(dtype), intervals(dtype))
    .chain(([length, interval, of]) =>
      elementsIn(of, length).map((weights) => ({ dtype, interval, weights })),
    )

/** The furthest that any part of the sum gets, in exact integers. */
function furthest({ interval, weights }: Line): Interval {
  const ends = weights.map((weight) => hull(0n, weight * interval.low, weight * interval.high))
  return ends.reduce((a, b) => ({ low: a.low + b.low, high: a.high + b.high }))
}

describe('a sum of products', () => {
  test.each(combinations('MatMul'))(
    '%s of %s is proved if and only if no part of it can overflow',
    (_, __, dtype) => {
      const both = { proved: 0, refused: 0 }
      fc.assert(
        fc.property(lines(dtype), (line) => {
          const { interval, weights } = line
          const length = weights.length
          const isSafe = contains(rangeOf(dtype), furthest(line))
          both[isSafe ? 'proved' : 'refused']++
          const row: Operand = {
            dtype,
            shape: [1, length],
            elements: weights.map(() => interval.low),
            interval,
          }
          const column: Operand = { dtype, shape: [length, 1], elements: weights, isConstant: true }
          expect(isProved({ operator: 'MatMul', operands: [row, column] })).toBe(isSafe)
          const transposed = [
            { ...column, shape: [1, length] },
            { ...row, shape: [length, 1] },
          ]
          expect(isProved({ operator: 'MatMul', operands: transposed })).toBe(isSafe)
        }),
        { numRuns: 10 * RUNS },
      )
      expect(Math.min(both.proved, both.refused)).toBeGreaterThan(0)
    },
  )

  test('of known weights has the interval that its extremes reach', async () => {
    // Channel by channel, 3·[−10, 5] − 2·[−10, 5] and the like: [−40, 35] and [−80, 160] about the zero points.
    const x = {
      dtype: Dtype.uint8,
      shape: [1, 2],
      elements: [0n, 15n],
      interval: { low: 0n, high: 15n },
    }
    const w = {
      dtype: Dtype.uint8,
      shape: [2, 2],
      elements: [131n, 112n, 126n, 128n],
      isConstant: true,
    }
    const zero = (value: bigint): Operand => ({
      dtype: Dtype.uint8,
      shape: [],
      elements: [value],
      isConstant: true,
    })
    const each = { operator: 'MatMulInteger', operands: [x, w, zero(10n), zero(128n)] }
    const { graph, slots } = readExactGraph(modelOf(each).bytes)
    expect(slots[graph.outputs[0]?.slot ?? -1]?.interval).toEqual({ low: -80n, high: 160n })
    expect(await faultsOf(each)).toEqual([])
  })
})

/** ConvInteger by its definition, in exact integers, one output element after another. */
function convolvedExactly(
  form: ConvolutionForm,
  x: readonly bigint[],
  w: readonly bigint[],
  output: Shape,
): bigint[] {
  const { input, weights, attributes } = form
  const group = Number(attributes.group)
  const [, channels = 0, ...kernel] = weights
  const rank = kernel.length
  const list = (name: string) => (attributes[name] as readonly bigint[] | undefined)?.map(Number)
  const [strides = [], dilations = []] = [list('strides'), list('dilations')]
  const pads = list('pads') ?? kernel.map(() => 0)
  const at = (shape: Shape, index: readonly number[]) =>
    index.reduce((sum, place, axis) => sum * (shape[axis] as number) + place, 0)
  const indicesOf = (shape: Shape): number[][] =>
    shape.reduce<number[][]>(
      (all, size) => all.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
      [[]],
    )
  return indicesOf(output).map(([image = 0, feature = 0, ...position]) => {
    const first = Math.floor(feature / ((weights[0] as number) / group)) * channels
    let sum = 0n
    for (let channel = 0; channel < channels; channel++) {
      for (const place of indicesOf(kernel)) {
        const point = Array.from({ length: rank }, (_, axis) => {
          const [p, k] = [position[axis] as number, place[axis] as number]
          return (
            p * (strides[axis] as number) + k * (dilations[axis] as number) - (pads[axis] as number)
          )
        })
        if (point.some((i, axis) => i < 0 || i >= (input[axis + 2] as number))) continue
        const value = x[at(input, [image, first + channel, ...point])] as bigint
        sum += value * (w[at(weights, [feature, channel, ...place])] as bigint)
      }
    }
    return sum
  })
}

test('the reference convolution is the definition, in exact integers', () => {
  fc.assert(
    fc.property(
      convolutions.chain((form) =>
        fc.tuple(
          fc.constant(form),
          elementsIn(rangeOf(Dtype.uint8), elementCount(form.input)),
          elementsIn(rangeOf(Dtype.uint8), elementCount(form.weights)),
        ),
      ),
      ([form, x, w]) => {
        const zero: Operand = { dtype: Dtype.uint8, shape: [], elements: [128n], isConstant: true }
        const { bytes, inputs } = modelOf({
          operator: 'ConvInteger',
          attributes: form.attributes,
          operands: [
            { dtype: Dtype.uint8, shape: form.input, elements: x },
            { dtype: Dtype.uint8, shape: form.weights, elements: w, isConstant: true },
            zero,
            zero,
          ],
        })
        const [output] = evaluateExact(readExactGraph(bytes), inputs)
        if (!output) throw new Error('no output')
        const centred = (values: readonly bigint[]) => values.map((value) => value - 128n)
        const want = convolvedExactly(form, centred(x), centred(w), output.shape)
        expect(Array.from(fromTensor(output).data as Int32Array, BigInt)).toEqual(want)
      },
    ),
    { numRuns: 40 },
  )
})
