import { Dtype } from '../../tensor.js'
import type { Lowering } from '../compile/lowering.js'
import { linear } from '../compile/quantised.js'
import { castTo } from '../compile/requantise.js'

/** Bits after the point of shares. */
const SHARE_BITS = 30
const INT64_BITS = 62
const REMEDY = 'Export with the norm L1, or deploy the float model: `pinned`.'

/** Every number over the sum of the sizes in its row. */
export const lowerNormalizer: Lowering = (context) => {
  const norm = context.node.attributes.string('norm', 'MAX')
  if (norm !== 'L1') context.refuse(`the norm ${norm} has no exact form`, REMEDY)
  const { emitter } = context
  const input = context.plain(0)
  const [zero = 0] = input.zeros
  if (!Number.isInteger(zero)) context.refuse('the zero of its input is between two integers')
  const wide = castTo(emitter, input, Dtype.int64)
  const value = zero === 0 ? wide : emitter.node('Sub', [wide, emitter.scalar(Dtype.int64, zero)])
  const sizes = emitter.node('Abs', [value])
  const axes = emitter.list([input.shape.length - 1])
  const sum = emitter.node('ReduceSum', [sizes, axes], { keepdims: 1n })
  // A row of zeros is left as it is.
  const one = emitter.scalar(Dtype.int64, 1)
  const divisor = sum.interval.low > 0n ? sum : emitter.node('Add', [sum, one])
  const reach = Math.max(1, Number(sizes.interval.high))
  const bits = Math.min(SHARE_BITS, INT64_BITS - Math.ceil(Math.log2(reach + 1)))
  const shifted = emitter.node('Mul', [value, emitter.scalar(Dtype.int64, 2n ** BigInt(bits))])
  return [linear(emitter.node('Div', [shifted, divisor]), 2 ** -bits)]
}
