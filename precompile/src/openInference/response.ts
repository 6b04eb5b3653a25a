import { asString, type Body, joinBody, splitBody } from './body.js'
import { joinTensors, type NamedTensor, readTensors, writeTensor } from './tensors.js'

export interface InferResponse {
  readonly model: string
  readonly id?: string
  readonly outputs: readonly (NamedTensor & { readonly binary: boolean })[]
}

/** @throws ProtocolError for elements that JSON does not carry */
export function encodeInferResponse({ model, id, outputs }: InferResponse): Body {
  const { json, chunks } = joinTensors(outputs.map((output) => writeTensor(output, output.binary)))
  const echo = id === undefined ? '' : `"id":${JSON.stringify(id)},`
  return joinBody(`{"model_name":${JSON.stringify(model)},${echo}"outputs":${json}}`, chunks)
}

/**
 * The outputs of a response.
 * @throws ProtocolError
 */
export function decodeInferResponse(body: Body): NamedTensor[] {
  const { json, binary } = splitBody(body)
  return readTensors(json.outputs, binary, 'outputs')
}

/** What a server says of itself. */
export interface ServerMetadata {
  readonly name: string
  readonly version: string
  readonly extensions: readonly string[]
}

/** Name of the extension by which tensors travel as bytes. */
export const BINARY_EXTENSION = 'binary_tensor_data'

/** @throws ProtocolError */
export function decodeServerMetadata(bytes: Uint8Array): ServerMetadata {
  const { name, version, extensions } = splitBody({ bytes, headerLength: undefined }).json
  return {
    name: asString(name, '"name"').slice(0, 100),
    version: asString(version, '"version"').slice(0, 100),
    // KServe's and Ray Serve's leave the list out where it is empty.
    extensions: Array.isArray(extensions)
      ? extensions.filter((one) => typeof one === 'string')
      : [],
  }
}
