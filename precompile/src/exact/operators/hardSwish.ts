import { tabulated } from '../compile/table.js'

/** x · HardSigmoid(x) with the slope 1/6 and the offset 1/2. */
export const lowerHardSwish = tabulated(() => (x) => x * Math.min(1, Math.max(0, x / 6 + 0.5)))
