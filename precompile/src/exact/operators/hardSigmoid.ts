import { scaleBy, shiftBy } from '../compile/affine.js'
import type { Lowering } from '../compile/lowering.js'
import { clampedTo } from '../compile/quantised.js'

/** A change of scale and zero, and a clamp: nothing is emitted. */
export const lowerHardSigmoid: Lowering = (context) => {
  const { attributes } = context.node
  const alpha = attributes.float('alpha', 0.2)
  const beta = attributes.float('beta', 0.5)
  const scaled = scaleBy(context.input(0), { axis: 0, values: [alpha] })
  return [clampedTo(shiftBy(scaled, { axis: 0, values: [beta] }), 0, 1)]
}
