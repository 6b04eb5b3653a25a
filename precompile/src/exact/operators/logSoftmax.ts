import { Dtype } from '../../tensor.js'
import { exponentials, rowsOf } from '../compile/exponentials.js'
import type { Lowering } from '../compile/lowering.js'
import { linear } from '../compile/quantised.js'
import { integerTensor } from '../tensor.js'

/** Thresholds between the smallest and the largest sum, in equal ratios. */
const THRESHOLDS = 1024
/** Steps to one: finer than what the thresholds resolve. */
const STEPS = 4096

/** x − max − ln Σ e^(x − max): the logarithm counts the thresholds that the sum has passed. */
export const lowerLogSoftmax: Lowering = (context) => {
  const { emitter } = context
  const rows = rowsOf(context)
  const { distance, scale, sum, one, count } = exponentials(context, rows, 255)
  const ratios = Array.from({ length: THRESHOLDS }, (_, i) => count ** ((i + 1) / THRESHOLDS))
  const thresholds = emitter.constant(
    integerTensor(
      Dtype.int32,
      [THRESHOLDS],
      ratios.map((ratio) => Math.ceil(ratio * one)),
    ),
  )
  const passed = emitter.node('GreaterOrEqual', [sum, thresholds])
  const tally = emitter.node('ReduceSum', [
    emitter.node('Cast', [passed], { to: BigInt(Dtype.int32) }),
    emitter.list([-1]),
  ])
  const logs = Array.from({ length: THRESHOLDS + 1 }, (_, i) =>
    Math.round(((Math.log(count) * (i + (i === 0 ? 0 : 0.5))) / THRESHOLDS) * STEPS),
  )
  const table = emitter.constant(integerTensor(Dtype.int32, [logs.length], logs), 'table')
  const log = emitter.node('Gather', [table, tally])
  // One step of the distance in steps of the result, as a fraction with a denominator of 2^8.
  const factor = emitter.scalar(Dtype.int32, Math.max(1, Math.round(scale * STEPS * 256)))
  const product = emitter.node('Mul', [distance, factor])
  const fall = emitter.node('Div', [product, emitter.scalar(Dtype.int32, 256)])
  const result = emitter.node('Neg', [emitter.node('Add', [fall, log])])
  return [linear(rows.restore(result), 1 / STEPS)]
}
