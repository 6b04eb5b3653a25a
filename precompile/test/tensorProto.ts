import { fromBinary } from '@bufbuild/protobuf'
import { type TensorProto, TensorProtoSchema } from 'onnx-buf'
import { bytesPerElement, Dtype, elementCount, isDtype, type Tensor } from '../src/tensor.js'

/** Reads the bytes of a `TensorProto`, the form in which ONNX records the inputs and outputs of its test models. */
export function readTensorProto(bytes: Uint8Array): Tensor {
  const proto = fromBinary(TensorProtoSchema, bytes)
  const { dataType: dtype } = proto
  if (!isDtype(dtype)) throw new TypeError(`a tensor of the type ${dtype}`)
  const shape = proto.dims.map(Number)
  const data = proto.rawData.length > 0 ? Uint8Array.from(proto.rawData) : listedBytes(proto, dtype)
  const want = elementCount(shape) * bytesPerElement(dtype)
  if (data.length !== want) throw new RangeError(`${data.length} bytes instead of ${want}`)
  return { dtype, shape, data }
}

/** Bytes of elements that stand in the typed field that ONNX assigns to their type. */
function listedBytes(proto: TensorProto, dtype: Dtype): Uint8Array {
  switch (dtype) {
    case Dtype.float32:
      return bytesOf(Float32Array.from(proto.floatData))
    case Dtype.float64:
      return bytesOf(Float64Array.from(proto.doubleData))
    case Dtype.int64:
      return bytesOf(BigInt64Array.from(proto.int64Data))
    case Dtype.uint64:
      return bytesOf(BigUint64Array.from(proto.uint64Data))
    case Dtype.uint32:
      return bytesOf(Uint32Array.from(proto.uint64Data, Number))
    default:
      return narrowBytes(proto.int32Data, bytesPerElement(dtype))
  }
}

function narrowBytes(numbers: readonly number[], width: number): Uint8Array {
  if (width === 1) return Uint8Array.from(numbers)
  return bytesOf(width === 2 ? Uint16Array.from(numbers) : Int32Array.from(numbers))
}

function bytesOf({ buffer }: { buffer: ArrayBuffer }): Uint8Array {
  return new Uint8Array(buffer)
}
