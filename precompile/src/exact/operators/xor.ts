import type { Lowering } from '../compile/lowering.js'
import { linear } from '../compile/quantised.js'
import { binary } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { BOOL } from './types.js'

export const xor: ExactOperator = {
  dtypes: BOOL,
  meaning: 'a xor b',
  bounds: () => [{ low: 0n, high: 1n }],
  evaluate: binary((a, b) => a ^ b),
}

export const lowerXor: Lowering = (context) => {
  const operands = context.node.inputs.map((_, i) => context.input(i))
  return [linear(context.emitter.node('Xor', operands), 1)]
}
