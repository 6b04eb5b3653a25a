import { tabulated } from '../compile/table.js'

/** x to a constant power, by a table. */
export const lowerPow = tabulated(() => (x, exponent) => x ** exponent)
