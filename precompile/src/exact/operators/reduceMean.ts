import type { Lowering } from '../compile/lowering.js'
import { lowerReduction } from '../compile/reduction.js'

/** A sum, and a scale divided by the number of its terms. */
export const lowerReduceMean: Lowering = (context) => [lowerReduction(context, 'mean')]
