import { errorFunction } from '../compile/errorFunction.js'
import { tabulated } from '../compile/table.js'

/** x · Φ(x), or its approximation by a hyperbolic tangent where the node asks for it. */
export const lowerGelu = tabulated((attributes) =>
  attributes.string('approximate', 'none') === 'tanh' ? approximate : exact,
)

function exact(x: number): number {
  return (x / 2) * (1 + errorFunction(x / Math.SQRT2))
}

function approximate(x: number): number {
  return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
}
