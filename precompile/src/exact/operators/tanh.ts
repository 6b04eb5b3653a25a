import { tabulated } from '../compile/table.js'

/** The hyperbolic tangent. */
export const lowerTanh = tabulated(() => Math.tanh)
