import { tabulated } from '../compile/table.js'

/** e^x */
export const lowerExp = tabulated(() => Math.exp)
