import { lowerComparison } from '../compile/comparison.js'
import type { Lowering } from '../compile/lowering.js'
import { comparison } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { NUMBERS } from './types.js'

export const greater: ExactOperator = {
  dtypes: NUMBERS,
  meaning: 'a > b',
  bounds: () => [{ low: 0n, high: 1n }],
  evaluate: comparison((a, b) => a > b),
}

export const lowerGreater: Lowering = (context) => [lowerComparison(context, 'Greater')]
