import { Dtype } from '../../tensor.js'
import { centred, type DotBounds, dotOf, weightedDot } from './dot.js'
import { outputOf } from './elementwise.js'
import type { BoundsContext, ExactOperator } from './operator.js'
import { leftLines, multiply, productOf, rightLines } from './product.js'
import { expectRoom, lessZero, zeroPoints } from './quantized.js'

const [A_ZERO, B_ZERO] = [2, 3] as const

export const matMulInteger: ExactOperator = {
  dtypes: [Dtype.uint8],
  meaning: 'products of matrices of (a − a_zero) and (b − b_zero), in int32',
  // Native engines saturate sums of pairs of u8·s8 at 16 bits on CPUs with AVX2 and without VNNI.
  refused:
    'int8 on either side; zero points of single rows, or that are no constants; a sum that may overflow in any order',
  bounds(context) {
    if (context.input(1).dtype !== Dtype.uint8) {
      context.refuse('its right side is of the type int8', 'Add 128 to it and to its zero point.')
    }
    expectRoom(context, context.input(0).shape.at(-1) as number)
    const { partial, result } = boundsOf(context)
    context.fits('a part of a sum', partial, Dtype.int32)
    return [result]
  },
  evaluate(context) {
    const output = outputOf(context)
    const product = productOf(context.input(0).shape, context.input(1).shape)
    const a = lessZero(context, 0, A_ZERO)
    const b = lessZero(context, 1, B_ZERO)
    multiply(output.data as Int32Array, a, b, product)
    return [output]
  },
}

function boundsOf(context: BoundsContext): DotBounds {
  const [a, b] = [context.input(0), context.input(1)]
  const [aZero] = zeroPoints(context, A_ZERO) as [number]
  // For stacks of matrices engines want as many zero points as the stack has columns.
  const bZeros = zeroPoints(context, B_ZERO, b.shape.length === 2 ? b.shape[1] : undefined)
  const x = centred(a, [aZero])
  if (b.constant) {
    const zero = (_: number, column: number) => bZeros[bZeros.length === 1 ? 0 : column] as number
    return weightedDot(context, { tensor: b.constant, zero, ...rightLines(b.shape) }, x)
  }
  const y = centred(b, bZeros)
  if (a.constant) {
    return weightedDot(context, { tensor: a.constant, zero: () => aZero, ...leftLines(a.shape) }, y)
  }
  return dotOf(a.shape.at(-1) as number, x, y)
}
