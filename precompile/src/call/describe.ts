import { describeEncodings, type EncodingsDescription } from '../exact/encoding.js'
import { defaultSchedule, type GasSchedule } from '../gas/schedule.js'
import type { Cost } from '../model/cost.js'
import type { Model, ModelClass, ModelId, ValueInfo } from '../model/model.js'
import { runPrice } from './price.js'

/** A model in plain JSON: what `lockstep inspect --json` prints and code generators read. */
export interface ModelDescription {
  readonly id: ModelId
  readonly class: ModelClass
  /** Why the model is `pinned`, and at which node; null for an exact one. */
  readonly inexact: Model['inexact'] | null
  /** How reals stand in the integers of an exact model, by input and output; null where they are the integers. */
  readonly encodings: EncodingsDescription | null
  /** Of the file. */
  readonly bytes: number
  readonly nodes: number
  readonly opset: number
  /** Nodes by operator. */
  readonly operators: Readonly<Record<string, number>>
  /** −1 in a shape is a dimension that the caller chooses. */
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  /** Of one run; null where the caller chooses a dimension. */
  readonly cost: Cost | null
  /** Gas of one call, as `quote` gives it; null where the caller chooses a dimension. */
  readonly gas: number | null
  readonly registrationGas: number
}

/**
 * Describes a model in plain JSON.
 * @param schedule - Prices; default the published ones.
 * @example
 * console.log(JSON.stringify(describeModel(readModel(bytes))))
 */
export function describeModel(
  model: Model,
  schedule: GasSchedule = defaultSchedule,
): ModelDescription {
  const shapes = model.inputs.map(({ shape }) => shape)
  const isStatic = !shapes.some((shape) => shape.includes(-1))
  const evaluation = isStatic ? model.evaluate(shapes) : undefined
  return {
    id: model.id,
    class: model.class,
    inexact: model.inexact ?? null,
    encodings: model.encodings ? describeEncodings(model.encodings) : null,
    bytes: model.loadCost.bytes,
    nodes: model.loadCost.nodes,
    opset: model.opset,
    operators: model.operators,
    inputs: model.inputs,
    outputs: model.outputs,
    cost: evaluation?.cost ?? null,
    gas: evaluation ? Number(runPrice(schedule, model, shapes, evaluation, 0)) : null,
    registrationGas: Number(schedule.registration(model.loadCost)),
  }
}
