import type { Lowering } from '../compile/lowering.js'
import { square } from '../compile/scaling.js'
import { tabulated } from '../compile/table.js'

const power = tabulated(() => (x, exponent) => x ** exponent)

const lower: Lowering = (context) => {
  const exponents = context.constant(1)?.values ?? []
  return exponents.length === 1 && exponents[0] === 2 ? [square(context)] : power(context)
}

/** x to a constant power: a square is a product, all else a table. */
export const lowerPow = Object.assign(lower, { functionOf: power.functionOf })
