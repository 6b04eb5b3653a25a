import { fromBinary } from '@bufbuild/protobuf'
import { type ModelProto, ModelProtoSchema } from 'onnx-buf'
import { ModelParseError } from '../errors.js'
import type { ModelLimits } from '../limits.js'
import { scanModel } from './scan.js'

/**
 * Parses the protobuf message of an ONNX file within the limits.
 * @throws ModelParseError when the bytes are no such message.
 * @throws ModelTooLargeError when the file is over the limits.
 */
export function parseModelProto(bytes: Uint8Array, limits: ModelLimits): ModelProto {
  scanModel(bytes, limits)
  try {
    return fromBinary(ModelProtoSchema, bytes, {
      readUnknownFields: false,
      recursionLimit: limits.depth,
    })
  } catch (cause) {
    throw new ModelParseError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
