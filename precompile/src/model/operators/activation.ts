import { Dtype } from '../../tensor.js'
import { broadcastTo } from '../infer/broadcast.js'
import type { NodeContext } from '../infer/context.js'
import { unary } from './elementwise.js'
import type { Operator, OperatorTable } from './operator.js'
import { signature } from './signature.js'
import { FLOATS, NUMBERS, SINGLE } from './types.js'
import { Weight } from './weights.js'
import { perOutput } from './work.js'

const single = (since: number) => ({ T: { [since]: SINGLE } })

const prelu: Operator = {
  signature: signature('T, T -> T', { T: { 7: SINGLE } }),
  infer: (context) => [{ dims: broadcastTo(context, context.dims(0), context.dims(1)) }],
  work: perOutput(Weight.simple),
}

/** Softmax and its kin: an axis, and from operator set 13 on along that axis alone. */
function alongAxis(weight: number, dtypes: readonly Dtype[] = FLOATS): Operator {
  return {
    signature: signature('T -> T', { T: { 6: dtypes } }),
    infer(context) {
      checkAxis(context)
      return [{ dims: context.dims(0) }]
    },
    work: perOutput(weight),
  }
}

function checkAxis(context: NodeContext): void {
  const rank = context.rank(0)
  const axis = context.attributes.int('axis', context.version < 13 ? 1 : -1)
  if (rank > 0 || (axis !== 0 && axis !== -1)) context.axis(axis, rank)
}

/** Activation functions. */
export const activation: OperatorTable = {
  Relu: unary('T -> T', { T: { 6: FLOATS, 14: [Dtype.int8, Dtype.int32] } }, Weight.simple),
  LeakyRelu: unary('T -> T', single(6), Weight.simple),
  ThresholdedRelu: unary('T -> T', single(6), Weight.simple),
  Elu: unary('T -> T', single(6), Weight.exponential),
  Celu: unary('T -> T', { T: { 12: [Dtype.float32] } }, Weight.exponential),
  Selu: unary('T -> T', single(6), Weight.exponential),
  Sigmoid: unary('T -> T', { T: { 6: FLOATS } }, Weight.exponential),
  HardSigmoid: unary('T -> T', single(6), Weight.simple),
  HardSwish: unary('T -> T', single(14), Weight.divide),
  Mish: unary('T -> T', single(18), Weight.library),
  Gelu: unary('T -> T', single(20), Weight.exponential),
  Tanh: unary('T -> T', { T: { 6: FLOATS } }, Weight.exponential),
  Softplus: unary('T -> T', single(6), Weight.library),
  Softsign: unary('T -> T', single(6), Weight.divide),
  Shrink: unary('T -> T', { T: { 9: NUMBERS } }, Weight.simple),
  PRelu: prelu,
  Softmax: alongAxis(Weight.exponential),
  LogSoftmax: alongAxis(Weight.exponential),
  Hardmax: alongAxis(Weight.divide, SINGLE),
}
