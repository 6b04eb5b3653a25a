import type { GasSchedule } from '../gas/schedule.js'
import type { Cost } from '../model/cost.js'
import type { Evaluation, Model, ValueInfo } from '../model/model.js'
import { bytesPerElement, type Dtype, elementCount, type Shape } from '../tensor.js'
import { takesNumbers } from './inputs.js'

const WORD = 32
/** Words of a `Tensor` besides its dimensions and elements: three offsets, its type, two lengths. */
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
 * Gas of a whole call of `infer` or `inferTensors`, one number for both: where `infer` takes the model, each element
 * is priced as a word, which neither encoding exceeds; elsewhere tensors are priced by their bytes. Calldata that is
 * longer than that is priced by its length.
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
  const encodedBytes = takesNumbers(model) ? numberBytes : dataBytes
  const words = schedule.words(
    Math.max(
      calldataBytes,
      CALLDATA_OVERHEAD_BYTES + tensorBytes(model.inputs, inputShapes, encodedBytes),
    ),
    RETURN_OVERHEAD_BYTES + tensorBytes(model.outputs, evaluation.outputShapes, encodedBytes),
  )
  // A graph folded to a few nodes still had all of them looked at.
  return decision > run ? decision + words : run + words
}

/** Bytes of the elements of a tensor as calldata or return data holds them. */
type EncodedBytes = (elements: number, dtype: Dtype) => number

const numberBytes: EncodedBytes = (elements) => WORD * elements

const dataBytes: EncodedBytes = (elements, dtype) =>
  WORD * Math.ceil((elements * bytesPerElement(dtype)) / WORD)

function tensorBytes(
  values: readonly ValueInfo[],
  shapes: readonly Shape[],
  encodedBytes: EncodedBytes,
): number {
  return shapes.reduce((sum, shape, i) => {
    const { dtype } = values[i] as ValueInfo
    const overhead = WORD * (TENSOR_OVERHEAD_WORDS + shape.length)
    return sum + overhead + encodedBytes(elementCount(shape), dtype)
  }, 0)
}
