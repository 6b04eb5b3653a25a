import { Dtype } from '../../tensor.js'
import type { Emitted } from '../compile/emit.js'
import type { LoweringContext } from '../compile/lowering.js'
import { integerTensor } from '../tensor.js'
import { type Fixed, logistic, PROBABILITY_EXPONENT } from './exponential.js'
import type { Transform } from './transform.js'

/** Numbers of one column. */
export function column({ emitter }: LoweringContext, value: Emitted, index: number): Emitted {
  return emitter.node('Gather', [value, emitter.list([index])], { axis: 1n })
}

/** The scores of two classes side by side. */
export function pair({ emitter }: LoweringContext, first: Emitted, second: Emitted): Emitted {
  return emitter.node('Concat', [first, second], { axis: 1n })
}

/** The second label where a score is above a threshold: int64 [rows] from [rows, 1]. */
export function chooseLabel(
  { emitter }: LoweringContext,
  score: Emitted,
  threshold: bigint,
  labels: readonly [number, number],
): Emitted {
  const isAbove = emitter.node('Greater', [score, emitter.scalar(Dtype.int64, threshold)])
  const [no, yes] = labels.map((label) => emitter.scalar(Dtype.int64, label)) as [Emitted, Emitted]
  const label = emitter.node('Where', [isAbove, yes, no])
  return emitter.node('Squeeze', [label, emitter.list([1])])
}

/** The label of the largest score in each row, the first of equals: int64 [rows]. */
export function bestLabel(
  { emitter }: LoweringContext,
  scores: Emitted,
  labels: readonly number[],
): Emitted {
  const best = emitter.node('ArgMax', [scores], { axis: 1n, keepdims: 0n })
  const names = emitter.constant(integerTensor(Dtype.int64, [labels.length], labels))
  return emitter.node('Gather', [names, best], { axis: 0n })
}

/** Scores of both classes where one score speaks for both: `−s, s`, or the probabilities that it means. */
export function opposites(context: LoweringContext, score: Fixed, transform: Transform): Fixed {
  if (transform === 'LOGISTIC') {
    const { yes, no } = logistic(context.emitter, score)
    return { value: pair(context, no, yes), exponent: PROBABILITY_EXPONENT, parts: 1 }
  }
  const negative = context.emitter.node('Neg', [score.value])
  return { ...score, value: pair(context, negative, score.value) }
}

/** Scores of both classes where one is the probability of the second: `1 − s, s`. @param one - In the score's steps. */
export function complements(context: LoweringContext, score: Fixed, one: bigint): Fixed {
  const { emitter } = context
  const rest = emitter.node('Sub', [emitter.scalar(Dtype.int64, one), score.value])
  return { ...score, value: pair(context, rest, score.value) }
}
