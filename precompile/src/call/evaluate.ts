import { graphRejected, runTooLarge, shapeMismatch } from '../abi/revert.js'
import { ModelError, ModelTooLargeError, ShapeMismatchError } from '../model/errors.js'
import type { Evaluation, Model } from '../model/model.js'
import type { Shape } from '../tensor.js'
import type { Call } from './call.js'
import { basePrice, evaluationPrice } from './price.js'

/**
 * Shapes and cost of a run, paid for before they are worked out.
 * @throws InferenceRevert `ShapeMismatch`, `RunTooLarge` or `GraphRejected`
 * @throws OutOfGasError
 */
export function evaluate(
  { meter, schedule }: Call,
  model: Model,
  shapes: readonly Shape[],
): Evaluation {
  meter.raiseTo(meter.used + evaluationPrice(schedule, model) - basePrice(schedule))
  try {
    return model.evaluate(shapes)
  } catch (error) {
    if (error instanceof ShapeMismatchError) {
      throw shapeMismatch(error.input, error.want, error.got)
    }
    if (error instanceof ModelTooLargeError) throw runTooLarge(model.id, error)
    if (error instanceof ModelError) throw graphRejected(model.id, error)
    throw error
  }
}
