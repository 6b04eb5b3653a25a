import fc from 'fast-check'
import { test } from 'vitest'
import { Dtype, elementCount, type Shape } from '../../tensor.js'
import {
  agree,
  broadcasts,
  combinations,
  type ExactCase,
  numbers,
  type Operand,
  operand,
  shapes,
} from '../../testing/exact.js'
import type { IntegerDtype } from '../tensor.js'

type Cases = fc.Arbitrary<Omit<ExactCase, 'operator'>>

/** A shape with one of its axes, counted from either end. */
const axisOfShape = shapes(1).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
  }),
)

/** Indices of an axis, counted from either end, of either index type; given by the caller or in the file. */
function indices(shape: Shape, size: number): fc.Arbitrary<Operand> {
  const interval = { low: BigInt(-size), high: BigInt(size - 1) }
  return fc
    .tuple(fc.constantFrom(Dtype.int32, Dtype.int64), fc.boolean())
    .chain(([dtype, isConstant]) => operand(dtype, shape, { interval, isConstant }))
}

const gather = (dtype: IntegerDtype): Cases =>
  fc.tuple(axisOfShape, shapes(0, 3)).chain(([{ shape, axis }, picked]) =>
    fc.record({
      attributes: fc.constant({ axis: BigInt(axis) }),
      operands: fc.tuple(operand(dtype, shape), indices(picked, shape.at(axis) as number)),
    }),
  )

const gatherElements = (dtype: IntegerDtype): Cases =>
  axisOfShape.chain(({ shape, axis }) =>
    fc
      .tuple(
        ...shape.map((size) => fc.integer({ min: 1, max: size })),
        fc.integer({ min: 1, max: 5 }),
      )
      .chain((sizes) => {
        const free = sizes.pop() as number
        const picked = sizes.with(axis, free)
        return fc.record({
          attributes: fc.constant({ axis: BigInt(axis) }),
          operands: fc.tuple(operand(dtype, shape), indices(picked, shape.at(axis) as number)),
        })
      }),
  )

const gatherNd = (dtype: IntegerDtype): Cases =>
  shapes(1).chain((shape) =>
    fc.nat({ max: shape.length - 1 }).chain((batch) =>
      fc
        .tuple(fc.integer({ min: 1, max: shape.length - batch }), shapes(batch === 0 ? 0 : 1, 2))
        .chain(([depth, tuples]) => {
          const picked = [...shape.slice(0, batch), ...tuples, depth]
          const sizes = shape.slice(batch, batch + depth)
          const places = elementCount(picked) / depth
          const tuple = fc.tuple(...sizes.map((size) => fc.bigInt(BigInt(-size), BigInt(size - 1))))
          const smallest = BigInt(Math.min(...sizes))
          const known = fc
            .array(tuple, { minLength: places, maxLength: places })
            .map((list): Operand => {
              return { dtype: Dtype.int64, shape: picked, elements: list.flat(), isConstant: true }
            })
          const free = operand(Dtype.int64, picked, {
            interval: { low: -smallest, high: smallest - 1n },
          })
          return fc.record({
            attributes: fc.constant({ batch_dims: BigInt(batch) }),
            operands: fc.tuple(operand(dtype, shape), fc.oneof(known, free)),
          })
        }),
    ),
  )

const concat = (dtype: IntegerDtype): Cases =>
  fc
    .tuple(axisOfShape, fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }))
    .chain(([{ shape, axis }, sizes]) =>
      fc.record({
        attributes: fc.constant({ axis: BigInt(axis) }),
        operands: fc.tuple(
          ...sizes.map((size, i) => {
            const at = axis < 0 ? axis + shape.length : axis
            return operand(dtype, shape.with(at, size), { isConstant: i === 1 })
          }),
        ),
      }),
    )

const split = (dtype: IntegerDtype): Cases =>
  fc
    .tuple(
      axisOfShape,
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.constantFrom(13, 17, 18, 21),
    )
    .chain(([{ shape, axis }, sizes, isEven, opset]) => {
      const at = axis < 0 ? axis + shape.length : axis
      const parts = isEven ? sizes.map(() => sizes[0] as number) : sizes
      const total = parts.reduce((a, b) => a + b, 0)
      const count = isEven && opset >= 18 ? { num_outputs: BigInt(parts.length) } : {}
      return fc.record({
        attributes: fc.constant({ axis: BigInt(axis), ...count }),
        opset: fc.constant(opset),
        operands: operand(dtype, shape.with(at, total)).map((input) =>
          isEven ? [input] : [input, numbers(...parts)],
        ),
        outputs: fc.constant(parts.length),
      })
    })

/** Ranges along some axes that leave at least one element of each. */
const slice = (dtype: IntegerDtype): Cases =>
  shapes(1).chain((shape) => {
    const range = (axis: number) => {
      const size = shape[axis] as number
      return fc
        .record({
          first: fc.nat({ max: size - 1 }),
          last: fc.nat({ max: size - 1 }),
          stride: fc.integer({ min: 1, max: 3 }),
          fromEnd: fc.boolean(),
          open: fc.boolean(),
          fromBack: fc.boolean(),
        })
        .map(({ first, last, stride, fromEnd, open, fromBack }) => {
          const forward = first <= last
          const far = forward ? 2n ** 63n - 1n : -(2n ** 63n)
          const end = forward ? last + 1 : last - 1
          return {
            axis: fromBack ? axis - shape.length : axis,
            start: fromEnd ? first - size : first,
            end: open || end < 0 ? far : BigInt(end),
            step: forward ? stride : -stride,
          }
        })
    }
    return fc
      .shuffledSubarray([...shape.keys()], { minLength: 1 })
      .chain((axes) => fc.tuple(fc.tuple(...axes.map(range)), operand(dtype, shape)))
      .map(([ranges, input]) => ({
        operands: [
          input,
          numbers(...ranges.map(({ start }) => start)),
          numbers(...ranges.map(({ end }) => end)),
          numbers(...ranges.map(({ axis }) => axis)),
          numbers(...ranges.map(({ step }) => step)),
        ],
      }))
  })

const transpose = (dtype: IntegerDtype): Cases =>
  shapes(1).chain((shape) =>
    fc.record({
      attributes: fc.oneof(
        fc.constant({}),
        fc
          .shuffledSubarray(
            shape.map((_, axis) => BigInt(axis)),
            { minLength: shape.length },
          )
          .map((perm) => ({ perm })),
      ),
      operands: fc.tuple(operand(dtype, shape)),
    }),
  )

/** A shape with the axes of 1 that were added to it. */
const widened = shapes(1).chain((shape) =>
  fc
    .uniqueArray(fc.nat({ max: shape.length }), { minLength: 1, maxLength: 2 })
    .map((list) => list.toSorted((a, b) => a - b))
    .map((axes) => ({
      axes,
      narrow: shape,
      wide: axes.reduce((result: number[], axis) => result.toSpliced(axis, 0, 1), shape),
    })),
)

const reshape = (dtype: IntegerDtype): Cases =>
  widened
    .chain(({ narrow, wide }) =>
      fc.tuple(
        operand(dtype, narrow),
        fc.constantFrom(wide, [-1], [0, -1], [...wide.slice(0, -1), -1]),
      ),
    )
    .map(([input, shape]) => ({ operands: [input, numbers(...shape)] }))

const flatten = (dtype: IntegerDtype): Cases =>
  axisOfShape.chain(({ shape, axis }) =>
    fc.record({
      attributes: fc.constant({ axis: BigInt(axis) }),
      operands: fc.tuple(operand(dtype, shape)),
    }),
  )

const squeeze = (dtype: IntegerDtype): Cases =>
  widened
    .chain(({ wide, axes }) => fc.tuple(operand(dtype, wide), fc.constant(axes), fc.boolean()))
    .map(([input, axes, all]) => ({ operands: all ? [input] : [input, numbers(...axes)] }))

const unsqueeze = (dtype: IntegerDtype): Cases =>
  widened
    .chain(({ narrow, axes }) => fc.tuple(operand(dtype, narrow), fc.constant(axes)))
    .map(([input, axes]) => ({ operands: [input, numbers(...axes)] }))

const expand = (dtype: IntegerDtype): Cases =>
  broadcasts(2)
    .chain(([a = [], b = []]) => fc.tuple(operand(dtype, a), fc.constant(b)))
    .map(([input, shape]) => ({ operands: [input, numbers(...shape)] }))

const tile = (dtype: IntegerDtype): Cases =>
  shapes(1).chain((shape) =>
    fc
      .tuple(
        operand(dtype, shape),
        fc.array(fc.integer({ min: 1, max: 3 }), {
          minLength: shape.length,
          maxLength: shape.length,
        }),
      )
      .map(([input, repeats]) => ({ operands: [input, numbers(...repeats)] })),
  )

const pad = (dtype: IntegerDtype): Cases =>
  fc.tuple(shapes(1), fc.constantFrom(13, 17, 18, 21)).chain(([shape, opset]) =>
    fc
      .tuple(
        fc.shuffledSubarray([...shape.keys()], { minLength: 1 }),
        fc.array(fc.nat({ max: 3 }), { minLength: 8, maxLength: 8 }),
        fc.oneof(
          fc.constant(undefined),
          operand(dtype, [], { isConstant: true }),
          operand(dtype, [1]),
        ),
        operand(dtype, shape),
      )
      .map(([some, sizes, value, input]) => {
        const axes = opset >= 18 ? some : [...shape.keys()]
        const pads = numbers(...axes.flatMap(() => sizes).slice(0, 2 * axes.length))
        return {
          opset,
          operands: opset >= 18 ? [input, pads, value, numbers(...axes)] : [input, pads, value],
        }
      }),
  )

const identity = (dtype: IntegerDtype): Cases =>
  shapes().chain((shape) => fc.record({ operands: fc.tuple(operand(dtype, shape)) }))

const makers: Readonly<Record<string, (dtype: IntegerDtype) => Cases>> = {
  Concat: concat,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  Identity: identity,
  Pad: pad,
  Reshape: reshape,
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
}

test.each(combinations(...Object.keys(makers)))('%s of %s', async (operator, _, dtype) => {
  const cases = makers[operator]?.(dtype) ?? fc.record({ operands: fc.constant([]) })
  await agree(cases.map((each) => ({ opset: 17, ...each, operator })))
})
