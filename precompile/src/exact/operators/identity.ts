import type { Lowering } from '../compile/lowering.js'
import type { ExactOperator } from './operator.js'
import { reshaped } from './reshaped.js'

export const identity: ExactOperator = reshaped('a')

/** Identity, and Dropout outside training: nothing is emitted. */
export const lowerIdentity: Lowering = (context) => [context.input(0)]
