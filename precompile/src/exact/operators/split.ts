import type { Lowering } from '../compile/lowering.js'
import { axisOf } from './axes.js'
import { moved } from './moved.js'
import type { ExactOperator } from './operator.js'
import { stridesOf } from './strided.js'
import { ALL } from './types.js'

export const split: ExactOperator = {
  dtypes: ALL,
  meaning: 'parts along an axis',
  bounds: (context) => context.outputs.map(() => context.input(0).interval),
  evaluate(context) {
    const { shape } = context.input(0)
    const axis = axisOf(context.attributes.int('axis', 0), shape)
    const strides = stridesOf(shape)
    let start = 0
    return context.outputs.map((output, index) => {
      const part = moved(context, { strides, start }, index)
      start += (output.shape[axis] as number) * (strides[axis] as number)
      return part
    })
  },
}

export const lowerSplit: Lowering = (context) => {
  const { node, emitter } = context
  const x = context.movable(0)
  const axis = axisOf(node.attributes.int('axis', 0), x.shape)
  const sizes = node.outputs.map((_, i) => context.outputShape(i)[axis] as number)
  const attributes = { axis: BigInt(axis) }
  const parts = emitter.nodeOf(sizes.length, 'Split', [x, emitter.list(sizes)], attributes)
  return parts.map((part) => ({ ...x, ...part }))
}
