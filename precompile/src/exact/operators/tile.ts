import type { Lowering } from '../compile/lowering.js'
import { numbersOf } from './axes.js'
import { moved } from './moved.js'
import type { ExactOperator } from './operator.js'
import { stridesOf } from './strided.js'
import { ALL } from './types.js'

export const tile: ExactOperator = {
  dtypes: ALL,
  meaning: 'the whole repeated along axes',
  refused: 'repeats that are no constants',
  bounds(context) {
    context.constant(1)
    return [context.input(0).interval]
  },
  evaluate(context) {
    const { shape } = context.input(0)
    const repeats = numbersOf(context.input(1))
    const strides = stridesOf(shape)
    // Each axis becomes two: the repeat, which moves nowhere, and the axis itself.
    return [
      moved(context, {
        shape: shape.flatMap((size, axis) => [repeats[axis] as number, size]),
        strides: strides.flatMap((stride) => [0, stride]),
      }),
    ]
  },
}

export const lowerTile: Lowering = (context) => {
  const x = context.movable(0)
  const repeats = context.emitter.list(context.integers(1))
  return [{ ...x, ...context.emitter.node('Tile', [x, repeats]) }]
}
