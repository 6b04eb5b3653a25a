import { tabulated } from '../compile/table.js'

/** 1 / x, within what calibration saw. */
export const lowerReciprocal = tabulated(() => (x) => 1 / x)
