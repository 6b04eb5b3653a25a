import type { Lowering } from '../compile/lowering.js'
import type { ExactOperator } from './operator.js'
import { reshaped } from './reshaped.js'

export const reshape: ExactOperator = reshaped('the same elements in another shape')

/** Reshape, Flatten, Squeeze and Unsqueeze: all shapes are known, so each is a Reshape. */
export const lowerReshape: Lowering = (context) => {
  const x = context.movable(0)
  const shape = context.emitter.list(context.outputShape(0))
  return [{ ...x, ...context.emitter.node('Reshape', [x, shape], { allowzero: 1n }) }]
}
