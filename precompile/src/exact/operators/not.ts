import { unary } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { BOOL } from './types.js'

export const not: ExactOperator = {
  dtypes: BOOL,
  meaning: 'not a',
  bounds: () => [{ low: 0n, high: 1n }],
  evaluate: unary((a) => 1 - a),
}
