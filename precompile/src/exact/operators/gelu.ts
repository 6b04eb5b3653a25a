import { errorFunction } from '../compile/errorFunction.js'
import type { Lowering } from '../compile/lowering.js'
import { fine, lookUp } from '../compile/table.js'

/** x · Φ(x), or its approximation by a hyperbolic tangent where the node asks for it. */
export const lowerGelu: Lowering = (context) => {
  const isApproximate = context.node.attributes.string('approximate', 'none') === 'tanh'
  return [lookUp(context, fine(context, 0), isApproximate ? approximate : exact)]
}

function exact(x: number): number {
  return (x / 2) * (1 + errorFunction(x / Math.SQRT2))
}

function approximate(x: number): number {
  return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
}
