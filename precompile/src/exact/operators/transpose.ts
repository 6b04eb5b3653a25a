import type { Lowering } from '../compile/lowering.js'
import { moved } from './moved.js'
import type { ExactOperator } from './operator.js'
import { stridesOf } from './strided.js'
import { ALL } from './types.js'

export const transpose: ExactOperator = {
  dtypes: ALL,
  meaning: 'the axes in another order',
  bounds: (context) => [context.input(0).interval],
  evaluate(context) {
    const strides = stridesOf(context.input(0).shape)
    const order = context.attributes.ints('perm') ?? [...strides.keys()].reverse()
    return [moved(context, { strides: order.map((axis) => strides.at(axis) as number) })]
  },
}

export const lowerTranspose: Lowering = (context) => {
  const x = context.movable(0)
  const perm = context.node.attributes.ints('perm') ?? [...x.shape.keys()].reverse()
  return [{ ...x, ...context.emitter.node('Transpose', [x], { perm: perm.map(BigInt) }) }]
}
