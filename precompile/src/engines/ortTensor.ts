import type { Tensor as OrtTensor, TensorConstructor } from 'onnxruntime-common'
import { bytesPerElement, Dtype, dtypeName, type Tensor } from '../tensor.js'

const VIEWS = {
  float32: Float32Array,
  float64: Float64Array,
  // 16-bit floats travel as their bits.
  float16: Uint16Array,
  bfloat16: Uint16Array,
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
} as const

/**
 * Bytes become a view of their element type; no element is touched.
 * @param Constructor - The tensor class of the ONNX Runtime package that takes it.
 */
export function toOrt(Constructor: TensorConstructor, { dtype, shape, data }: Tensor): OrtTensor {
  const name = dtypeName(dtype)
  const elements = new VIEWS[name](
    data.buffer as ArrayBuffer,
    data.byteOffset,
    data.byteLength / bytesPerElement(dtype),
  )
  return new Constructor(name as OrtTensor.Type, elements as OrtTensor.DataType, [...shape])
}

/** The elements' bytes, not copied. */
export function fromOrt({ type, dims, data }: OrtTensor): Tensor {
  const { buffer, byteOffset, byteLength } = data as Uint8Array
  return {
    dtype: Dtype[type as keyof typeof Dtype],
    shape: dims,
    data: new Uint8Array(buffer, byteOffset, byteLength),
  }
}
