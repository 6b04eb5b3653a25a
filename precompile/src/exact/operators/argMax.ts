import { argument } from './argument.js'

export const argMax = argument('largest', (a, b) => a > b)
