import type { Lowering } from '../compile/lowering.js'
import { axisOf, numbersOf } from './axes.js'
import { moved } from './moved.js'
import type { EvaluateContext, ExactOperator } from './operator.js'
import { stridesOf } from './strided.js'
import { ALL } from './types.js'

const [STARTS, ENDS, AXES, STEPS] = [1, 2, 3, 4] as const
const FAR_END = 2 ** 31 - 1

export const slice: ExactOperator = {
  dtypes: ALL,
  meaning: 'every step-th element from start to end along axes',
  refused:
    'starts, ends, axes and steps that are no constants; a step back from an end beyond int32',
  bounds(context) {
    const ends = numbersOf(context.constant(ENDS))
    for (const index of [STARTS, AXES, STEPS]) if (context.inputs[index]) context.constant(index)
    const steps = context.inputs[STEPS] ? numbersOf(context.constant(STEPS)) : []
    // The engine takes such an end for the very first element, ONNX for the last.
    if (ends.some((end, i) => (steps[i] ?? 1) < 0 && end >= FAR_END)) {
      context.refuse('a step backwards ends beyond the last element')
    }
    return [context.input(0).interval]
  },
  evaluate(context) {
    const { shape } = context.input(0)
    const strides = stridesOf(shape)
    let start = 0
    for (const { axis, from, step } of rangesOf(context)) {
      const size = shape[axis] as number
      const first = from < 0 ? from + size : from
      start += Math.min(Math.max(first, 0), step > 0 ? size : size - 1) * (strides[axis] as number)
      strides[axis] = (strides[axis] as number) * step
    }
    return [moved(context, { strides, start })]
  },
}

function rangesOf({ input, inputs }: EvaluateContext) {
  const starts = numbersOf(input(STARTS))
  const axes = inputs[AXES] ? numbersOf(inputs[AXES]) : starts.map((_, i) => i)
  const steps = inputs[STEPS] ? numbersOf(inputs[STEPS]) : starts.map(() => 1)
  const { shape } = input(0)
  return starts.map((from, i) => ({
    axis: axisOf(axes[i] as number, shape),
    from,
    step: steps[i] as number,
  }))
}

/** Starts, ends, axes and steps are attributes before operator set 10. */
export const lowerSlice: Lowering = (context) => {
  const { attributes } = context.node
  const x = context.movable(0)
  const list = (index: number, name: string) =>
    context.has(index) ? context.integers(index) : attributes.ints(name)
  const starts = list(STARTS, 'starts') ?? context.refuse('it has no starts')
  const axes = list(AXES, 'axes') ?? starts.map((_, i) => i)
  const ends = list(ENDS, 'ends') ?? context.refuse('it has no ends')
  const steps = list(STEPS, 'steps') ?? starts.map(() => 1)
  const near = (value: number) => Math.min(FAR_END, Math.max(-FAR_END, value))
  const lists = [starts.map(near), ends.map(near), axes, steps]
  const inputs = lists.map((values) => context.emitter.list(values))
  return [{ ...x, ...context.emitter.node('Slice', [x, ...inputs]) }]
}
