import { axisOf, numbersOf } from '../../../exact/operators/axes.js'
import { broadcastStrides } from '../../../exact/operators/broadcast.js'
import { stridesOf } from '../../../exact/operators/strided.js'
import type { Shape } from '../../../tensor.js'
import type { Source } from '../source.js'
import { stridedIndex } from '../strided.js'
import type { LoweredOutput, Lowering, LoweringContext } from './lowering.js'

/** Where a view of a tensor lies in it. */
interface View {
  readonly strides: readonly number[]
  readonly start?: number
  /** Default: the shape of the output. */
  readonly shape?: Shape
}

/** The same elements in the same order. */
export const reshape: Lowering = (context) => [context.input(0).source]

export const transpose: Lowering = (context) => {
  const strides = stridesOf(context.input(0).shape)
  const order = context.attributes.ints('perm') ?? [...strides.keys()].reverse()
  return [moved(context, { strides: order.map((axis) => strides.at(axis) as number) })]
}

export const expand: Lowering = (context) => {
  const { output } = context
  return [moved(context, { strides: broadcastStrides(output.shape, context.input(0).shape) })]
}

export const tile: Lowering = (context) => {
  const { shape } = context.input(0)
  const repeats = numbersOf(context.constant(1))
  // Each axis becomes two: the repeat, which moves nowhere, and the axis itself.
  const view = {
    shape: shape.flatMap((size, axis) => [repeats[axis] as number, size]),
    strides: stridesOf(shape).flatMap((stride) => [0, stride]),
  }
  return [moved(context, view)]
}

export const slice: Lowering = (context) => {
  const { shape } = context.input(0)
  const strides = stridesOf(shape)
  const starts = numbersOf(context.constant(1))
  const axes = context.inputs[3] ? numbersOf(context.constant(3)) : [...starts.keys()]
  const steps = context.inputs[4] ? numbersOf(context.constant(4)) : starts.map(() => 1)
  let start = 0
  starts.forEach((from, i) => {
    const axis = axisOf(axes[i] as number, shape)
    const step = steps[i] as number
    const size = shape[axis] as number
    const first = Math.min(Math.max(from < 0 ? from + size : from, 0), step > 0 ? size : size - 1)
    start += first * (strides[axis] as number)
    strides[axis] = (strides[axis] as number) * step
  })
  return [moved(context, { strides, start })]
}

export const split: Lowering = (context) => {
  const { shape } = context.input(0)
  const axis = axisOf(context.attributes.int('axis', 0), shape)
  const strides = stridesOf(shape)
  let start = 0
  return context.outputs.map((output) => {
    const part = moved(context, { strides, start }, output)
    start += (output.shape[axis] as number) * (strides[axis] as number)
    return part
  })
}

function moved(
  context: LoweringContext,
  { strides, start = 0, shape }: View,
  output: LoweredOutput = context.output,
): Source {
  const { source, count } = context.input(0)
  const index = stridedIndex('i', shape ?? output.shape, strides)
  if (index === 'i' && start === 0 && count === output.count) return source
  const { layout } = output
  return context.planner.formula(
    {
      count: output.count,
      layout,
      isView: true,
      parameters: 1,
      body(emit) {
        const from = start === 0 ? index : `${index} + ${emit.parameter(start)}`
        return `return ${layout === 'i64' ? emit.wide(0, from) : emit.low(0, from)};`
      },
    },
    [{ source, reads: output.count <= count ? 'once' : 'often' }],
  )
}
