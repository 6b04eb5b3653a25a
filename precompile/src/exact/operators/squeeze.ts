import type { ExactOperator } from './operator.js'
import { reshaped } from './reshaped.js'

export const squeeze: ExactOperator = reshaped('the same elements without axes of 1')
