import type { ExactOperator } from './operator.js'
import { reshaped } from './reshaped.js'

export const identity: ExactOperator = reshaped('a')
