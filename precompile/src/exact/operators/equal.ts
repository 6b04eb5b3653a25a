import { lowerComparison } from '../compile/comparison.js'
import type { Lowering } from '../compile/lowering.js'
import { comparison } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { ALL } from './types.js'

export const equal: ExactOperator = {
  dtypes: ALL,
  meaning: 'a = b',
  bounds: () => [{ low: 0n, high: 1n }],
  evaluate: comparison((a, b) => a === b),
}

export const lowerEqual: Lowering = (context) => [lowerComparison(context, 'Equal')]
