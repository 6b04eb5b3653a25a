import { Dtype } from '../../tensor.js'
import type { Operator, OperatorTable } from './operator.js'
import { signature } from './signature.js'
import { BYTES, SHORTS, SINGLE } from './types.js'
import { Weight } from './weights.js'
import { perOutput } from './work.js'

const quantizeLinear: Operator = {
  signature: signature('T, T, Y? -> *', {
    T: { 10: [Dtype.float32], 19: SINGLE },
    Y: { 10: BYTES, 21: SHORTS },
  }),
  infer(context) {
    const dtype = context.has(2) ? context.dtype(2) : Dtype.uint8
    return [{ dims: context.dims(0), dtype }]
  },
  work: perOutput(Weight.divide),
}

const dequantizeLinear: Operator = {
  signature: signature('T, S, T? -> S', {
    T: { 10: [...BYTES, Dtype.int32], 21: SHORTS },
    S: { 10: [Dtype.float32], 19: SINGLE },
  }),
  infer: (context) => [{ dims: context.dims(0) }],
  work: perOutput(Weight.divide),
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
