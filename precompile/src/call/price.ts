import type { GasSchedule } from '../gas/schedule.js'
import type { Cost } from '../model/cost.js'
import type { Evaluation, Model } from '../model/model.js'
import { elementCount, type Shape } from '../tensor.js'

const WORD = 32
/** Words of a `Tensor` besides its dimensions and elements: four offsets or numbers, two lengths. */
const TENSOR_OVERHEAD_WORDS = 6
/** Selector, model id, offset and length of the argument. */
const CALLDATA_OVERHEAD_BYTES = 4 + 3 * WORD
const RETURN_OVERHEAD_BYTES = 2 * WORD

const NO_COST: Cost = {
  macs: 0,
  elementOps: 0,
  bytesMoved: 0,
  nodes: 0,
  weightBytes: 0,
  peakBytes: 0,
}

/** Gas of any call, whatever it asks for. */
export function basePrice(schedule: GasSchedule): bigint {
  return schedule.inference(NO_COST)
}

/** Gas of deciding what a run costs: the shapes of every node, priced like a run of nodes that do nothing. */
export function evaluationPrice(schedule: GasSchedule, model: Model): bigint {
  return schedule.inference({ ...NO_COST, nodes: model.loadCost.nodes })
}

/**
 * Gas of a whole call of `infer` or `inferTensors`, one number for both: each tensor is priced as if every element
 * took a word, which neither encoding exceeds. Calldata that is longer than that is priced by its length.
 * @param calldataBytes - Length of the calldata; 0 for a quote.
 */
export function runPrice(
  schedule: GasSchedule,
  model: Model,
  inputShapes: readonly Shape[],
  evaluation: Evaluation,
  calldataBytes: number,
): bigint {
  const run = schedule.inference(evaluation.cost)
  const decision = evaluationPrice(schedule, model)
  const words = schedule.words(
    Math.max(calldataBytes, CALLDATA_OVERHEAD_BYTES + tensorBytes(inputShapes)),
    RETURN_OVERHEAD_BYTES + tensorBytes(evaluation.outputShapes),
  )
  // A graph folded to a few nodes still had all of them looked at.
  return decision > run ? decision + words : run + words
}

function tensorBytes(shapes: readonly Shape[]): number {
  return shapes.reduce(
    (sum, shape) => sum + WORD * (TENSOR_OVERHEAD_WORDS + shape.length + elementCount(shape)),
    0,
  )
}
