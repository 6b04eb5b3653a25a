import type { ExactOperator } from './operator.js'
import { reshaped } from './reshaped.js'

export const flatten: ExactOperator = reshaped('the same elements as a matrix')
