import type { LoweringContext } from '../compile/lowering.js'
import { type Fixed, logistic, PROBABILITY_EXPONENT, softmax } from './exponential.js'

const REMEDY = 'Export the model with another post_transform, or deploy the float model: `pinned`.'

/** What becomes of scores at the end. */
export type Transform = 'NONE' | 'LOGISTIC' | 'SOFTMAX'

/** Reads the attribute `post_transform`. @throws LoweringError for those without an exact form. */
export function readTransform(context: LoweringContext): Transform {
  const name = context.node.attributes.string('post_transform', 'NONE')
  if (name === 'NONE' || name === 'LOGISTIC' || name === 'SOFTMAX') return name
  return context.refuse(`the post_transform ${name} has no exact form`, REMEDY)
}

/** Applies a transform to each score, or to each row of scores. */
export function applyTransform(
  { emitter }: LoweringContext,
  scores: Fixed,
  transform: Transform,
): Fixed {
  if (transform === 'NONE') return scores
  const value = transform === 'LOGISTIC' ? logistic(emitter, scores).yes : softmax(emitter, scores)
  return { value, exponent: PROBABILITY_EXPONENT, parts: 1 }
}
