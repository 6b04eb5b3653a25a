/** ONNX `TensorProto.DataType` numbers of the element types a model may take or give. */
export const Dtype = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const

export type DtypeName = keyof typeof Dtype
export type Dtype = (typeof Dtype)[DtypeName]

/** Dimensions of a concrete tensor, outermost first. Empty for a scalar. */
export type Shape = readonly number[]

/** Row-major, little-endian element bytes: the form in which tensors are hashed and travel. */
export interface Tensor {
  readonly dtype: Dtype
  readonly shape: Shape
  readonly data: Uint8Array
}
