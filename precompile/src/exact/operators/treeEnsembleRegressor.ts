import type { Lowering, LoweringContext } from '../compile/lowering.js'
import { linear, type Quantised } from '../compile/quantised.js'
import { finite, walkEnsemble } from '../trees/ensemble.js'
import type { Fixed } from '../trees/exponential.js'
import { type Forest, floats } from '../trees/forest.js'
import { type Aggregate, score } from '../trees/scores.js'
import { applyTransform, readTransform } from '../trees/transform.js'

/** Every comparison as in float32, the weights of the leaves without rounding where int64 has the room. */
export const lowerTreeEnsembleRegressor: Lowering = (context) => {
  const { attributes } = context.node
  const count = attributes.requiredInt('n_targets')
  const aggregate = attributes.string('aggregate_function', 'SUM') as Aggregate
  const base = finite(context, 'base_values', floats(attributes, 'base_values'))
  const transform = readTransform(context)
  const { forest, table, slot } = walkEnsemble(context, 'target')
  if (aggregate === 'MIN' || aggregate === 'MAX') expectFull(context, forest, count)
  const scores = score(context.emitter, slot, forest, table, { aggregate, count, base })
  // The engine transforms rows of scores, and leaves a single one as it is.
  const isSingle = count === 1
  return [toQuantised(isSingle ? scores : applyTransform(context, scores, transform))]
}

/** Scores as a value of the graph. */
export function toQuantised({ value, exponent, parts }: Fixed): Quantised {
  return linear(value, 2 ** -exponent / parts)
}

function expectFull(context: LoweringContext, forest: Forest, count: number): void {
  const isFull = forest.nodes.every((node) => node.mode !== 'LEAF' || node.weights.length === count)
  if (!isFull) context.refuse('the extreme of weights that not every leaf has')
}
