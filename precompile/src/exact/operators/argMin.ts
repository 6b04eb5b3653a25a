import { lowerArgument } from '../compile/extreme.js'
import type { Lowering } from '../compile/lowering.js'
import { argument } from './argument.js'

export const argMin = argument('smallest', (a, b) => a < b)

export const lowerArgMin: Lowering = (context) => [lowerArgument(context, 'ArgMin')]
