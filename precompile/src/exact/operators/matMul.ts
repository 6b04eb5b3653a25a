import type { Lowering } from '../compile/lowering.js'
import { denseProduct, dynamicProduct } from '../compile/product.js'
import { type DotBounds, dotOf, weightedDot } from './dot.js'
import { outputOf } from './elementwise.js'
import type { BoundsContext, ExactOperator } from './operator.js'
import { leftLines, multiply, multiplyWide, productOf, rightLines } from './product.js'
import { WIDE } from './types.js'

export const matMul: ExactOperator = {
  dtypes: WIDE,
  meaning: 'products of matrices',
  refused: 'a sum that may overflow in any order',
  bounds(context) {
    const { partial, result } = boundsOf(context)
    context.fits('a part of a sum', partial, context.input(0).dtype)
    return [result]
  },
  evaluate(context) {
    const output = outputOf(context)
    const [a, b] = [context.input(0), context.input(1)]
    const product = productOf(a.shape, b.shape)
    if (output.data instanceof BigInt64Array) {
      multiplyWide(output.data, a.data as BigInt64Array, b.data as BigInt64Array, product)
    } else {
      multiply(output.data as Int32Array, a.data as Int32Array, b.data as Int32Array, product)
    }
    return [output]
  },
}

function boundsOf(context: BoundsContext): DotBounds {
  const [a, b] = [context.input(0), context.input(1)]
  const zero = () => 0
  if (b.constant) {
    return weightedDot(context, { tensor: b.constant, zero, ...rightLines(b.shape) }, a.interval)
  }
  if (a.constant) {
    return weightedDot(context, { tensor: a.constant, zero, ...leftLines(a.shape) }, b.interval)
  }
  return dotOf(a.shape.at(-1) as number, a.interval, b.interval)
}

/** A constant matrix on the right has a scale for each column; all else is a product of two narrow tensors. */
export const lowerMatMul: Lowering = (context) => {
  const weights = context.constant(1)
  if (weights?.shape.length !== 2 || context.constant(0)) {
    return [dynamicProduct(context, context.narrow(0), context.narrow(1))]
  }
  const { values, shape } = weights
  const biases = new Array<number>(shape[1] as number).fill(0)
  return [denseProduct(context, context.narrow(0), { values, shape, biases })]
}
