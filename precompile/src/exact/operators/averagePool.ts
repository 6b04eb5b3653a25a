import { lowerAverage } from '../compile/average.js'
import type { Lowering } from '../compile/lowering.js'

/** A convolution with ones, and a scale divided by how many elements a window holds. */
export const lowerAveragePool: Lowering = (context) => [lowerAverage(context)]
