import { Dtype, elementCount, type Shape } from '../../tensor.js'
import { broadcastTo } from '../infer/broadcast.js'
import type { NodeContext } from '../infer/context.js'
import { unary } from './elementwise.js'
import type { Operator, OperatorTable } from './operator.js'
import { signature } from './signature.js'
import { FLOATS, NUMBERS, SINGLE } from './types.js'
import { Weight } from './weights.js'
import { broadcastLoops, perOutput } from './work.js'

const single = (since: number) => ({ T: { [since]: SINGLE } })

const prelu: Operator = {
  signature: signature('T, T -> T', { T: { 7: SINGLE } }),
  infer: (context) => [{ dims: broadcastTo(context, context.dims(0), context.dims(1)) }],
  work: (context, outputs) => ({
    milliMacs: 0,
    deciOps:
      perOutput(Weight.simple)(context, outputs).deciOps +
      Weight.loop * broadcastLoops(outputs[0] as Shape, [context.shape(0), context.shape(1)]),
  }),
}

/** Softmax and its kin: an axis, and from operator set 13 on along that axis alone. */
function alongAxis(weight: number, dtypes: readonly Dtype[] = FLOATS): Operator {
  return {
    signature: signature('T -> T', { T: { 6: dtypes } }),
    infer(context) {
      checkAxis(context)
      return [{ dims: context.dims(0) }]
    },
    work: (context, outputs) => ({
      milliMacs: 0,
      deciOps: perOutput(weight)(context, outputs).deciOps + Weight.loop * countRows(context),
    }),
  }
}

/** Rows that are normalised, each for itself. */
function countRows(context: NodeContext): number {
  const shape = context.shape(0)
  if (shape.length === 0) return 1
  const isOld = context.version < 13
  const axis = context.axis(context.attributes.int('axis', isOld ? 1 : -1), shape.length)
  return elementCount(isOld ? shape.slice(0, axis) : shape.with(axis, 1))
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
  Sigmoid: unary('T -> T', { T: { 6: FLOATS } }, Weight.sigmoid),
  HardSigmoid: unary('T -> T', single(6), Weight.simple),
  HardSwish: unary('T -> T', single(14), Weight.divide),
  Mish: unary('T -> T', single(18), Weight.library),
  Gelu: unary('T -> T', single(20), Weight.exponential),
  Tanh: unary('T -> T', { T: { 6: FLOATS } }, Weight.sigmoid),
  Softplus: unary('T -> T', single(6), Weight.library),
  Softsign: unary('T -> T', single(6), Weight.divide),
  Shrink: unary('T -> T', { T: { 9: NUMBERS } }, Weight.simple),
  PRelu: prelu,
  Softmax: alongAxis(Weight.sigmoid),
  LogSoftmax: alongAxis(Weight.sigmoid),
  Hardmax: alongAxis(Weight.divide, SINGLE),
}
