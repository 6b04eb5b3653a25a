import { tabulated } from '../compile/table.js'

/** ln(1 + e^x) */
export const lowerSoftplus = tabulated(
  () => (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
)
