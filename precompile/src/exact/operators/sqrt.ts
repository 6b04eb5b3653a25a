import { tabulated } from '../compile/table.js'

/** The square root; of a negative number the smallest result that calibration saw. */
export const lowerSqrt = tabulated(() => Math.sqrt)
