import { tabulated } from '../compile/table.js'

/** x / (1 + |x|) */
export const lowerSoftsign = tabulated(() => (x) => x / (1 + Math.abs(x)))
