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
