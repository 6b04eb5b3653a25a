import type { InferenceRequest } from '../abi/decode.js'
import { graphRejected, InferenceRevert } from '../abi/revert.js'
import { hashTensors, keccak256 } from '../commitment/hash.js'
import type { Model } from '../model/model.js'
import type { CallResult, InferenceRecord, InferenceTensors } from '../precompile.js'
import type { Shape, Tensor } from '../tensor.js'
import { type Call, registeredModel } from './call.js'
import { evaluate } from './evaluate.js'
import { checkTensors, declaredShapes, inferInput, inferShape, tensorInputs } from './inputs.js'
import { acceptOutputs, encodeNumbers, encodeTensors } from './outputs.js'
import { runPrice } from './price.js'
import { runTimeLimitMs } from './timeLimit.js'

type RunRequest = Extract<InferenceRequest, { method: 'infer' | 'inferTensors' }>

/** `infer` and `inferTensors`: runs a model. Everything is priced and paid for before the inputs are touched. */
export async function answerInference(call: Call, request: RunRequest): Promise<CallResult> {
  const { calldata, meter, schedule, runs, signal } = call
  const model = await registeredModel(call, request.model)
  const shapes = requestShapes(model, calldata, request)
  const evaluation = evaluate(call, model, shapes)
  const price = runPrice(schedule, model, shapes, evaluation, calldata.length)
  meter.raiseTo(price)
  const inputs = requestInputs(model, shapes, calldata, request)
  const inputHash = hashTensors(inputs)
  const options = { timeLimitMs: runTimeLimitMs(model, price), ...(signal && { signal }) }
  const { outputs, rejected } = await runs.run(model, inputs, inputHash, options)
  const record = { model: model.id, method: request.method, inputHash, gasUsed: meter.used }
  try {
    if (rejected) throw graphRejected(model.id, rejected)
    const outputHash = acceptOutputs(model, evaluation, outputs)
    const returnData = encodeOutputs(model, request, outputs)
    const inference = { ...record, outputHash, success: true }
    return answer(returnData, inference, { inputs, outputs })
  } catch (error) {
    if (!(error instanceof InferenceRevert)) throw error
    const inference = { ...record, outputHash: keccak256(error.data), success: false }
    return answer(error.data, inference, { inputs })
  }
}

function requestShapes(model: Model, calldata: Uint8Array, request: RunRequest): Shape[] {
  if (request.method === 'infer') return [inferShape(model, request.x.length)]
  const spans = request.inputs.map(({ shape }) => shape)
  const shapes = declaredShapes(model, calldata, spans)
  checkTensors(model, shapes, request.inputs)
  return shapes
}

function requestInputs(
  model: Model,
  shapes: readonly Shape[],
  calldata: Uint8Array,
  request: RunRequest,
): Tensor[] {
  return request.method === 'infer'
    ? [inferInput(model, shapes[0] as Shape, calldata, request.x)]
    : tensorInputs(model, shapes, request.inputs)
}

function encodeOutputs(
  model: Model,
  { method }: RunRequest,
  outputs: readonly Tensor[],
): Uint8Array {
  return method === 'infer'
    ? encodeNumbers(outputs[0] as Tensor, model.encodings?.outputs[0])
    : encodeTensors(outputs)
}

function answer(
  returnData: Uint8Array,
  inference: InferenceRecord,
  tensors: InferenceTensors,
): CallResult {
  const { success, gasUsed } = inference
  return { success, outOfGas: false, returnData, gasUsed, inference, tensors }
}
