import type { ExactOperator } from './operator.js'
import { reshaped } from './reshaped.js'

export const reshape: ExactOperator = reshaped('the same elements in another shape')
