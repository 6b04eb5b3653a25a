import { graphRejected, inputCountMismatch } from '../abi/revert.js'
import { hashTensors } from '../commitment/hash.js'
import type { ModelId } from '../model/model.js'
import type { CallResult } from '../precompile.js'
import type { Tensor } from '../tensor.js'
import { type Call, registeredModel } from './call.js'
import { evaluate } from './evaluate.js'
import { checkShape, checkTensors, tensorInputs } from './inputs.js'
import { acceptOutputs } from './outputs.js'
import { runPrice } from './price.js'
import { runTimeLimitMs } from './timeLimit.js'

/**
 * Runs a model on tensors, priced and checked as a call of `inferTensors`.
 * @throws InferenceRevert, OutOfGasError
 */
export async function answerTensors(
  call: Call,
  id: ModelId,
  tensors: readonly Tensor[],
): Promise<CallResult> {
  const { meter, schedule, runs, signal } = call
  const model = await registeredModel(call, id)
  if (tensors.length !== model.inputs.length) {
    throw inputCountMismatch(model.inputs.length, tensors.length)
  }
  const shapes = tensors.map(({ shape }) => shape)
  shapes.forEach((shape, i) => {
    checkShape(model, i, shape)
  })
  checkTensors(model, shapes, tensors)
  const evaluation = evaluate(call, model, shapes)
  const price = runPrice(schedule, model, shapes, evaluation, 0)
  meter.raiseTo(price)
  const inputs = tensorInputs(model, shapes, tensors)
  const options = { timeLimitMs: runTimeLimitMs(model, price), ...(signal && { signal }) }
  const { outputs, rejected } = await runs.run(model, inputs, hashTensors(inputs), options)
  if (rejected) throw graphRejected(model.id, rejected)
  acceptOutputs(model, evaluation, outputs)
  return {
    success: true,
    outOfGas: false,
    returnData: new Uint8Array(),
    gasUsed: meter.used,
    tensors: { inputs, outputs },
  }
}
