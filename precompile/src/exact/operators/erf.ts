import { errorFunction } from '../compile/errorFunction.js'
import { tabulated } from '../compile/table.js'

/** The error function. */
export const lowerErf = tabulated(() => errorFunction)
