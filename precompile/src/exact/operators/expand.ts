import type { Lowering } from '../compile/lowering.js'
import { broadcastStrides } from './broadcast.js'
import { moved } from './moved.js'
import type { ExactOperator } from './operator.js'
import { ALL } from './types.js'

export const expand: ExactOperator = {
  dtypes: ALL,
  meaning: 'elements repeated along axes of 1',
  bounds: (context) => [context.input(0).interval],
  evaluate(context) {
    const output = context.outputs[0]?.shape ?? []
    return [moved(context, { strides: broadcastStrides(output, context.input(0).shape) })]
  },
}

export const lowerExpand: Lowering = (context) => {
  const x = context.movable(0)
  const shape = context.emitter.list(context.outputShape(0))
  return [{ ...x, ...context.emitter.node('Expand', [x, shape]) }]
}
