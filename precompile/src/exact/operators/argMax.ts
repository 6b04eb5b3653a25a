import { lowerArgument } from '../compile/extreme.js'
import type { Lowering } from '../compile/lowering.js'
import { argument } from './argument.js'

export const argMax = argument('largest', (a, b) => a > b)

export const lowerArgMax: Lowering = (context) => [lowerArgument(context, 'ArgMax')]
