import { scaleBy, shiftBy } from '../compile/affine.js'
import { batchNormalizationOf } from '../compile/batchNormalization.js'
import type { Lowering } from '../compile/lowering.js'
import { absorbing } from '../compile/sum.js'

/** What is not folded into a convolution before it changes scales and zeros. */
export const lowerBatchNormalization: Lowering = (context) => {
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map(
    (index) => context.requireConstant(index).values,
  ) as [Float64Array, Float64Array, Float64Array, Float64Array]
  const epsilon = context.node.attributes.float('epsilon', 1e-5)
  const { factors, offsets } = batchNormalizationOf({ gamma, beta, mean, variance, epsilon })
  const x = absorbing(context, 0, { axis: 1, values: factors })
  const scaled = scaleBy(x, { axis: 1, values: factors })
  return [shiftBy(scaled, { axis: 1, values: offsets })]
}
