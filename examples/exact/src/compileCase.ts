import {
  type Compiled,
  compileExact,
  decodeTensor,
  type Engine,
  encodeTensor,
  type Model,
  readModel,
  type Tensor,
} from '@lockstep/precompile'
import type { Answer, ExactCase } from './cases/index.js'

/** A case's two models, and how to ask them. */
export interface CompiledCase {
  readonly float: Answer
  readonly exact: Answer
  readonly model: Model
  readonly report: Compiled['report']
}

/** Compiles a case as `lockstep compile` does. @param engine - Runs the float model and the exact one. */
export async function compileCase(one: ExactCase, engine: Engine): Promise<CompiledCase> {
  const bytes = await one.read()
  const calibration = one.calibrate()
  const { bytes: exactBytes, report } = await compileExact(bytes, {
    ...one.options,
    calibration,
    engine,
  })
  const [floatModel, model] = [readModel(bytes), readModel(exactBytes)]
  return {
    model,
    report,
    float: async (inputs) =>
      (await engine.run(floatModel, inputs)).map((output) => decodeTensor(output, undefined)),
    exact: async (inputs) => {
      const outputs = await engine.run(model, encodeInputs(model, inputs))
      return outputs.map((output, i) => decodeTensor(output, model.encodings?.outputs[i]))
    },
  }
}

/** Float tensors as an exact model takes them through `inferTensors`. */
export function encodeInputs(model: Model, inputs: readonly Tensor[]): readonly Tensor[] {
  return inputs.map((input, i) => {
    const dtype = model.inputs[i]?.dtype ?? input.dtype
    return encodeTensor(input, dtype, model.encodings?.inputs[i])
  })
}
