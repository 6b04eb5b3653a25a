export { type Body, HEADER_LENGTH, headerLengthOf } from './body.js'
export { datatypeOf } from './datatype.js'
export { ProtocolError } from './errors.js'
export { decodeInferRequest, encodeInferRequest, type InferRequest } from './request.js'
export {
  BINARY_EXTENSION,
  decodeInferResponse,
  encodeInferResponse,
  type InferResponse,
} from './response.js'
export type { NamedTensor } from './tensors.js'
