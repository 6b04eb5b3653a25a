import { binary } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { BOOL } from './types.js'

export const xor: ExactOperator = {
  dtypes: BOOL,
  meaning: 'a xor b',
  bounds: () => [{ low: 0n, high: 1n }],
  evaluate: binary((a, b) => a ^ b),
}
