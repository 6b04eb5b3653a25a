import { Dtype, elementCount } from '../../tensor.js'
import type { Lowering } from '../compile/lowering.js'
import { clampedTo } from '../compile/quantised.js'
import { highest, lowest } from '../interval.js'
import { outputOf } from './elementwise.js'
import type { ExactOperator } from './operator.js'

const LOW = 1
const HIGH = 2

export const clip: ExactOperator = {
  dtypes: [Dtype.uint8, Dtype.int8, Dtype.int32],
  meaning: 'a, raised to min and lowered to max',
  refused: 'int64, which native code compares by halves; a min that may be above max',
  bounds(context) {
    const { interval } = context.input(0)
    for (const index of [LOW, HIGH]) {
      const bound = context.inputs[index]
      if (bound && elementCount(bound.shape) !== 1)
        context.refuse(`input ${index} is not one number`)
    }
    const [low, high] = [context.inputs[LOW]?.interval, context.inputs[HIGH]?.interval]
    if (low && high && low.high > high.low) context.refuse('min may be above max')
    const raised = low ? highest(interval, low) : interval
    return [high ? lowest(raised, high) : raised]
  },
  evaluate(context) {
    const output = outputOf(context)
    const { data } = context.input(0)
    const low = Number(context.inputs[LOW]?.data[0] ?? Number.NEGATIVE_INFINITY)
    const high = Number(context.inputs[HIGH]?.data[0] ?? Number.POSITIVE_INFINITY)
    for (let i = 0; i < data.length; i++) {
      output.data[i] = Math.min(Math.max(data[i] as number, low), high)
    }
    return [output]
  },
}

/** A clamp that is left to whoever asks for the value. */
export const lowerClip: Lowering = (context) => {
  const { attributes } = context.node
  const bound = (index: number, name: string, open: number) =>
    context.has(index)
      ? (context.requireConstant(index).values[0] ?? open)
      : attributes.float(name, open)
  const low = bound(1, 'min', Number.NEGATIVE_INFINITY)
  const high = bound(2, 'max', Number.POSITIVE_INFINITY)
  return [clampedTo(context.input(0), low, high)]
}
