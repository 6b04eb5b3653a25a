import { create } from '@bufbuild/protobuf'
import { type TensorProto, TensorProtoSchema } from 'onnx-buf'
import { Dtype } from '../../tensor.js'
import { InvalidGraphError, StringTensorError, UnsupportedTypeError } from '../errors.js'
import type { Attributes } from './attributes.js'

/**
 * The tensor that a Constant node holds, in whichever of its attributes.
 * @throws InvalidGraphError when it has none, or more than one.
 */
export function readConstant(
  attributes: Attributes,
  site: { node: string; operator: string },
): TensorProto {
  const names = [...attributes.names()]
  if (names.length !== 1) {
    throw new InvalidGraphError(`a Constant with ${names.length} attributes instead of one`, site)
  }
  return constantTensor(attributes, names[0] as string, site)
}

function constantTensor(
  attributes: Attributes,
  name: string,
  site: { node: string; operator: string },
): TensorProto {
  switch (name) {
    case 'value':
      return attributes.tensor('value') ?? create(TensorProtoSchema)
    case 'value_float':
      return list(Dtype.float32, [], { floatData: [attributes.float('value_float', 0)] })
    case 'value_floats': {
      const floatData = [...(attributes.floats('value_floats') ?? [])]
      return list(Dtype.float32, [floatData.length], { floatData })
    }
    case 'value_int':
      return list(Dtype.int64, [], { int64Data: [BigInt(attributes.int('value_int', 0))] })
    case 'value_ints': {
      const int64Data = (attributes.ints('value_ints') ?? []).map(BigInt)
      return list(Dtype.int64, [int64Data.length], { int64Data })
    }
    case 'sparse_value':
      throw new UnsupportedTypeError(site.node, 'sparse tensor', site)
    default:
      throw new StringTensorError(site.node, site)
  }
}

function list(
  dataType: Dtype,
  dims: readonly number[],
  data: { floatData: number[] } | { int64Data: bigint[] },
): TensorProto {
  return create(TensorProtoSchema, { dataType, dims: dims.map(BigInt), ...data })
}
