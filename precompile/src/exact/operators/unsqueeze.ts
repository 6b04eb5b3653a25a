import type { ExactOperator } from './operator.js'
import { reshaped } from './reshaped.js'

export const unsqueeze: ExactOperator = reshaped('the same elements with more axes of 1')
