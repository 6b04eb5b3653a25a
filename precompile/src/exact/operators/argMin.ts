import { argument } from './argument.js'

export const argMin = argument('smallest', (a, b) => a < b)
