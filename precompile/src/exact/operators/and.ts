import { binary } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { BOOL } from './types.js'

export const and: ExactOperator = {
  dtypes: BOOL,
  meaning: 'a and b',
  bounds: () => [{ low: 0n, high: 1n }],
  evaluate: binary((a, b) => a & b),
}
