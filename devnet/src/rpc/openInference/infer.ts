import { bytesToHex } from '@ethereumjs/util'
import {
  type Body,
  decodeInferRequest,
  encodeInferResponse,
  type InferRequest,
  type Model,
  type Tensor,
} from '@lockstep/precompile'
import type { Node } from '../../node/node.js'
import { revertMessage } from '../revert.js'
import { InferenceRefusedError } from './errors.js'
import { findModel, orderInputs } from './models.js'

/**
 * Answers a request for an inference.
 * @param signal Of a client that has gone.
 * @throws InferenceRefusedError, ProtocolError, NodeFaultError
 */
export async function infer(
  node: Node,
  name: string,
  body: Body,
  signal: AbortSignal,
): Promise<Body> {
  const model = await findModel(node, name)
  const request = decodeInferRequest(body)
  const inputs = orderInputs(model, request.inputs)
  const wanted = requestedOutputs(model, request)
  const outputs = await run(node, model, inputs, signal)
  return encodeInferResponse({
    model: name,
    ...(request.id !== undefined && { id: request.id }),
    outputs: wanted.map(({ index, name, binary }) => ({
      ...(outputs[index] as Tensor),
      name,
      binary,
    })),
  })
}

async function run(node: Node, model: Model, inputs: readonly Tensor[], signal: AbortSignal) {
  const { tensors, outOfGas, returnData } = await node.runModel(model.id, inputs, signal)
  if (tensors?.outputs) return tensors.outputs
  if (outOfGas) {
    throw new InferenceRefusedError(
      400,
      `The run costs more than the ${node.gasLimit} gas of a block.`,
    )
  }
  throw new InferenceRefusedError(400, revertMessage(bytesToHex(returnData)))
}

/** @throws InferenceRefusedError for an output that the model does not have */
function requestedOutputs({ outputs }: Model, { outputs: asked, binaryOutputs }: InferRequest) {
  const requested = asked ?? outputs.map(({ name }) => ({ name, binary: binaryOutputs }))
  return requested.map(({ name, binary }) => {
    const index = outputs.findIndex((output) => output.name === name)
    if (index !== -1) return { name, binary, index }
    throw new InferenceRefusedError(
      400,
      `The model has no output ${JSON.stringify(name.slice(0, 100))}.`,
    )
  })
}
