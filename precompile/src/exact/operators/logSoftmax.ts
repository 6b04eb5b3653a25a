import { Dtype } from '../../tensor.js'
import { exponentials, rowsOf } from '../compile/exponentials.js'
import type { Lowering } from '../compile/lowering.js'
import { linear } from '../compile/quantised.js'
import { integerTensor } from '../tensor.js'

/** Thresholds between the smallest and the largest sum, in equal ratios. */
const THRESHOLDS = { 8: 2 ** 10, 16: 2 ** 13 } as const
/** Steps to one: finer than what the thresholds resolve. */
const STEPS = { 8: 2 ** 12, 16: 2 ** 15 } as const
const PRODUCT_MAX = 2 ** 30

/** x − max − ln Σ e^(x − max): the logarithm counts the thresholds that the sum has passed. */
export const lowerLogSoftmax: Lowering = (context) => {
  const { emitter } = context
  const [thresholdCount, steps] = [THRESHOLDS[context.bits], STEPS[context.bits]]
  const rows = rowsOf(context)
  const { distance, scale, sum, one, count } = exponentials(context, rows, 255)
  const ratios = Array.from(
    { length: thresholdCount },
    (_, i) => count ** ((i + 1) / thresholdCount),
  )
  const thresholds = emitter.constant(
    integerTensor(
      Dtype.int32,
      [thresholdCount],
      ratios.map((ratio) => Math.ceil(ratio * one)),
    ),
  )
  const passed = emitter.node('GreaterOrEqual', [sum, thresholds])
  const tally = emitter.node('ReduceSum', [
    emitter.node('Cast', [passed], { to: BigInt(Dtype.int32) }),
    emitter.list([-1]),
  ])
  const logs = Array.from({ length: thresholdCount + 1 }, (_, i) =>
    Math.round(((Math.log(count) * (i + (i === 0 ? 0 : 0.5))) / thresholdCount) * steps),
  )
  const table = emitter.constant(integerTensor(Dtype.int32, [logs.length], logs), 'table')
  const log = emitter.node('Gather', [table, tally])
  // One step of the distance in steps of the result, as a fraction of as many parts as there is room for.
  const reach = Math.max(1, Number(distance.interval.high) * scale * steps)
  const parts = 2 ** Math.max(0, Math.floor(Math.log2(PRODUCT_MAX / reach)))
  const factor = emitter.scalar(Dtype.int32, Math.round(scale * steps * parts))
  const product = emitter.node('Mul', [distance, factor])
  const fall = emitter.node('Div', [product, emitter.scalar(Dtype.int32, parts)])
  const result = emitter.node('Neg', [emitter.node('Add', [fall, log])])
  return [linear(rows.restore(result), 1 / steps)]
}
