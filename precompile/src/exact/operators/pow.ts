import type { Lowering } from '../compile/lowering.js'
import { fine, lookUp } from '../compile/table.js'

/** x to a constant power, by a table. */
export const lowerPow: Lowering = (context) => {
  const exponents = new Set(context.requireConstant(1).values)
  const [exponent = 1] = exponents
  if (exponents.size !== 1) context.refuse('its exponents differ from element to element')
  return [lookUp(context, fine(context, 0), (x) => x ** exponent)]
}
