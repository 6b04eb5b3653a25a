import { Dtype, elementCount } from '../../tensor.js'
import type { NodeContext } from '../infer/context.js'
import type { Dims } from '../infer/value.js'
import type { Operator, OperatorTable, Work } from './operator.js'
import { signature } from './signature.js'
import { BYTES, SHORTS, SINGLE } from './types.js'
import { Weight } from './weights.js'
import { perOutput } from './work.js'

/**
 * Element by element, with a loop of its own for each stretch that shares a scale.
 * @param loop - Setting up one such loop.
 */
function scaledWork(context: NodeContext, outputs: readonly Dims[], loop: number): Work {
  const shape = context.shape(0)
  const scale = context.shape(1)
  const elements = elementCount(shape)
  let loops = 1
  if (scale.length > 1) loops = elements
  else if (elementCount(scale) !== 1) {
    const axis = context.axis(context.attributes.int('axis', 1), shape.length)
    loops = elementCount(shape.slice(0, axis + 1))
  }
  return {
    milliMacs: 0,
    deciOps: perOutput(Weight.divide)(context, outputs).deciOps + loop * loops,
  }
}

const quantizeLinear: Operator = {
  signature: signature('T, T, Y? -> *', {
    T: { 10: [Dtype.float32], 19: SINGLE },
    Y: { 10: BYTES, 21: SHORTS },
  }),
  infer(context) {
    const dtype = context.has(2) ? context.dtype(2) : Dtype.uint8
    return [{ dims: context.dims(0), dtype }]
  },
  work: (context, outputs) => scaledWork(context, outputs, 1000),
}

const dequantizeLinear: Operator = {
  signature: signature('T, S, T? -> S', {
    T: { 10: [...BYTES, Dtype.int32], 21: SHORTS },
    S: { 10: [Dtype.float32], 19: SINGLE },
  }),
  infer: (context) => [{ dims: context.dims(0) }],
  work: (context, outputs) => scaledWork(context, outputs, 100),
}

const dynamicQuantizeLinear: Operator = {
  signature: signature('T -> uint8, float32, uint8', { T: { 11: [Dtype.float32] } }),
  infer: (context) => [{ dims: context.dims(0) }, { dims: [] }, { dims: [] }],
  work: perOutput(2 * Weight.divide),
}

/** Operators between floats and small integers. */
export const quantize: OperatorTable = {
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
}
