import type { Lowering } from '../compile/lowering.js'
import { linear } from '../compile/quantised.js'
import { unary } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { BOOL } from './types.js'

export const not: ExactOperator = {
  dtypes: BOOL,
  meaning: 'not a',
  bounds: () => [{ low: 0n, high: 1n }],
  evaluate: unary((a) => 1 - a),
}

export const lowerNot: Lowering = (context) => {
  const operands = context.node.inputs.map((_, i) => context.input(i))
  return [linear(context.emitter.node('Not', operands), 1)]
}
