import { tabulated } from '../compile/table.js'

/** 1 / (1 + e^−x) */
export const lowerSigmoid = tabulated(() => (x) => 1 / (1 + Math.exp(-x)))
