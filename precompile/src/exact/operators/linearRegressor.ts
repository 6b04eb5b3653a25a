import type { Lowering } from '../compile/lowering.js'
import { finite } from '../trees/ensemble.js'
import { applyTransform, readTransform } from '../trees/transform.js'
import { weigh } from '../trees/weigh.js'
import { toQuantised } from './treeEnsembleRegressor.js'

/** One product of int64. */
export const lowerLinearRegressor: Lowering = (context) => {
  const { attributes } = context.node
  const targets = attributes.int('targets', 1)
  const transform = readTransform(context)
  const coefficients = finite(context, 'coefficients', attributes.floats('coefficients') ?? [])
  const given = finite(context, 'intercepts', attributes.floats('intercepts') ?? [])
  const intercepts = Array.from({ length: targets }, (_, i) => given[i] ?? 0)
  const scores = weigh(context, { coefficients, intercepts })
  // The engine transforms rows of scores, and leaves a single one as it is.
  return [toQuantised(targets === 1 ? scores : applyTransform(context, scores, transform))]
}
