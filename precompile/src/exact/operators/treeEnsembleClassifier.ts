import { Dtype } from '../../tensor.js'
import type { Emitted } from '../compile/emit.js'
import type { Lowering, LoweringContext } from '../compile/lowering.js'
import { linear } from '../compile/quantised.js'
import { bestLabel, chooseLabel, column, complements, opposites, pair } from '../trees/binary.js'
import { finite, type Walked, walkEnsemble } from '../trees/ensemble.js'
import type { Fixed } from '../trees/exponential.js'
import { type Forest, floats } from '../trees/forest.js'
import { countScores, inSteps, type Scores, score } from '../trees/scores.js'
import { applyTransform, readTransform, type Transform } from '../trees/transform.js'
import { toQuantised } from './treeEnsembleRegressor.js'

/** A probability above this is for the second of two classes. */
const HALF = 0.5

/** Labels are those of the sums without rounding: where the float model's own rounding decides, it may say otherwise. */
export const lowerTreeEnsembleClassifier: Lowering = (context) => {
  const { attributes } = context.node
  const labels = attributes.requiredInts('classlabels_int64s')
  const transform = readTransform(context)
  if (labels.length < 2) context.refuse('it tells no classes apart')
  const base = finite(context, 'base_values', floats(attributes, 'base_values'))
  const walked = walkEnsemble(context, 'class')
  const answer =
    labels.length === 2
      ? binary(context, walked, base, labels as [number, number], transform)
      : multiple(context, walked, base, labels, transform)
  return [linear(answer.label, 1), toQuantised(answer.scores)]
}

interface Answer {
  readonly label: Emitted
  readonly scores: Fixed
}

function multiple(
  context: LoweringContext,
  { forest, table, slot }: Walked,
  base: readonly number[],
  labels: readonly number[],
  transform: Transform,
): Answer {
  const { emitter } = context
  const count = labels.length
  // A single base value is the first class's.
  const bases = base.length === 0 ? [] : labels.map((_, i) => base[i] ?? 0)
  const scores = score(emitter, slot, forest, table, { aggregate: 'SUM', count, base: bases })
  const isScored = labels.every((_, i) => i < base.length || hasScore(forest, i) === 'always')
  const compared = isScored
    ? scores.value
    : belowAll(context, scores, countScores(emitter, slot, forest, table, count), base.length)
  return {
    label: bestLabel(context, compared, labels),
    scores: applyTransform(context, scores, transform),
  }
}

/** A class of which no tree said anything wins against none that has a score. */
function belowAll(
  { emitter }: LoweringContext,
  { value }: Scores,
  counts: Emitted,
  based: number,
): Emitted {
  const [rows = 0, classes = 0] = value.shape
  const starts = Array.from({ length: rows * classes }, (_, i) => Number(i % classes < based))
  const start = emitter.constant({
    dtype: Dtype.int64,
    shape: [rows, classes],
    data: BigInt64Array.from(starts, BigInt),
  })
  const scored = emitter.node('Add', [counts, start])
  const isScored = emitter.node('Greater', [scored, emitter.scalar(Dtype.int64, 0)])
  const least = emitter.scalar(Dtype.int64, value.interval.low - 1n)
  return emitter.node('Where', [isScored, value, least])
}

/** Two classes, by the rules of ONNX Runtime: one score may speak for both, and a pair is not simply compared. */
function binary(
  context: LoweringContext,
  { forest, table, slot }: Walked,
  base: readonly number[],
  labels: readonly [number, number],
  transform: Transform,
): Answer {
  const { emitter } = context
  const [hasFirst, hasSecond] = [hasScore(forest, 0), hasScore(forest, 1)]
  if (hasFirst === 'sometimes' || hasSecond === 'sometimes') {
    context.refuse('some leaves say nothing of one of the two classes')
  }
  const isSingle = hasFirst === 'never' || hasSecond === 'never'
  const isPositive = forest.nodes.every(
    (node) => node.mode !== 'LEAF' || node.weights.every(({ weight }) => weight >= 0),
  )
  const options = { aggregate: 'SUM', count: 2, base: [], also: [HALF, ...base] } as const
  const sums = score(emitter, slot, forest, table, options)
  const step = (real: number) => inSteps(sums, real)
  const shifted = (value: Emitted, by: number | undefined) =>
    by ? emitter.node('Add', [value, emitter.scalar(Dtype.int64, step(by))]) : value
  let first = column(context, sums.value, 0)
  let second = column(context, sums.value, 1)
  if (base.length === 2 && hasSecond === 'always') {
    // The engine takes the first class's sum for the second's.
    second = shifted(first, base[1])
    first = emitter.node('Neg', [second])
  } else {
    first = shifted(first, base[0])
    if (base.length === 2) second = shifted(second, base[1])
  }
  const zero = emitter.node('Sub', [first, first])
  const decisive = hasSecond === 'always' ? second : hasFirst === 'always' ? first : zero
  const threshold = isSingle && isPositive ? step(HALF) : 0n
  // Where both classes have scores, the engine does not look at the labels' names.
  const label = chooseLabel(context, decisive, threshold, isSingle ? labels : [0, 1])
  if (hasSecond === 'always' || base.length === 2) {
    const both = { ...sums, value: pair(context, first, second) }
    return { label, scores: applyTransform(context, both, transform) }
  }
  const one = { ...sums, value: first }
  const scores = isPositive
    ? complements(context, one, step(1))
    : opposites(context, one, transform)
  return { label, scores }
}

/** Whether some tree says something of a class whatever the input. */
function hasScore(forest: Forest, target: number): 'always' | 'sometimes' | 'never' {
  const speaks = forest.nodes.map(
    (node) => node.mode === 'LEAF' && node.weights.some((weight) => weight.target === target),
  )
  if (!speaks.includes(true)) return 'never'
  return forest.roots.some((root) => speaksAlways(forest, speaks, root)) ? 'always' : 'sometimes'
}

function speaksAlways(forest: Forest, speaks: readonly boolean[], root: number): boolean {
  const seen = new Set<number>([root])
  // Nodes that are added while the loop runs are its work, too.
  for (const position of seen) {
    const node = forest.nodes[position]
    if (!node) continue
    if (node.mode !== 'LEAF') seen.add(node.whenTrue).add(node.whenFalse)
    else if (!speaks[position]) return false
  }
  return true
}
