import { tabulated } from '../compile/table.js'

/** The natural logarithm; what is not positive gives the smallest result that calibration saw. */
export const lowerLog = tabulated(() => Math.log)
