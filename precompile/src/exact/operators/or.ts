import type { Lowering } from '../compile/lowering.js'
import { linear } from '../compile/quantised.js'
import { binary } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { BOOL } from './types.js'

export const or: ExactOperator = {
  dtypes: BOOL,
  meaning: 'a or b',
  bounds: () => [{ low: 0n, high: 1n }],
  evaluate: binary((a, b) => a | b),
}

export const lowerOr: Lowering = (context) => {
  const operands = context.node.inputs.map((_, i) => context.input(i))
  return [linear(context.emitter.node('Or', operands), 1)]
}
