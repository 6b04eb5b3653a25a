import type { Lowering } from '../compile/lowering.js'
import { linear } from '../compile/quantised.js'
import { bestLabel, chooseLabel, complements } from '../trees/binary.js'
import { finite } from '../trees/ensemble.js'
import { inSteps } from '../trees/scores.js'
import { applyTransform, readTransform } from '../trees/transform.js'
import { weigh } from '../trees/weigh.js'
import { toQuantised } from './treeEnsembleRegressor.js'

/** One product of int64; the label is that of the largest score, the first of equals. */
export const lowerLinearClassifier: Lowering = (context) => {
  const { attributes } = context.node
  const labels = attributes.requiredInts('classlabels_ints')
  const transform = readTransform(context)
  const coefficients = finite(context, 'coefficients', attributes.floats('coefficients') ?? [])
  const intercepts = finite(context, 'intercepts', attributes.floats('intercepts') ?? [])
  const isBinary = intercepts.length === 1
  const scores = weigh(context, { coefficients, intercepts, also: isBinary ? [1] : [] })
  if (isBinary) {
    const label = chooseLabel(context, scores.value, 0n, labels as [number, number])
    // The engine transforms rows of scores, and leaves a single one as it is.
    return [linear(label, 1), toQuantised(complements(context, scores, inSteps(scores, 1)))]
  }
  const label = bestLabel(context, scores.value, labels)
  return [linear(label, 1), toQuantised(applyTransform(context, scores, transform))]
}
