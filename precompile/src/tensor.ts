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

const BYTES_PER_ELEMENT: Readonly<Record<Dtype, number>> = {
  [Dtype.float32]: 4,
  [Dtype.uint8]: 1,
  [Dtype.int8]: 1,
  [Dtype.uint16]: 2,
  [Dtype.int16]: 2,
  [Dtype.int32]: 4,
  [Dtype.int64]: 8,
  [Dtype.bool]: 1,
  [Dtype.float16]: 2,
  [Dtype.float64]: 8,
  [Dtype.uint32]: 4,
  [Dtype.uint64]: 8,
  [Dtype.bfloat16]: 2,
}

const NAMES = new Map<number, DtypeName>(
  (Object.keys(Dtype) as DtypeName[]).map((name) => [Dtype[name], name]),
)

/** Whether a number, as it came from a file or from calldata, names an element type that models may use. */
export function isDtype(value: number): value is Dtype {
  return NAMES.has(value)
}

/** The ONNX name of an element type, `float32` for 1. */
export function dtypeName(dtype: Dtype): DtypeName {
  return NAMES.get(dtype) as DtypeName
}

/** Bytes of one element. */
export function bytesPerElement(dtype: Dtype): number {
  return BYTES_PER_ELEMENT[dtype]
}

/** Whether elements are floating-point, and so travel through `infer` with 18 decimals. */
export function isFloat(dtype: Dtype): boolean {
  return (
    dtype === Dtype.float32 ||
    dtype === Dtype.float64 ||
    dtype === Dtype.float16 ||
    dtype === Dtype.bfloat16
  )
}

/**
 * Number of elements of a shape; 1 for a scalar.
 * Beyond 2^53 the product rounds, so compare it with a limit before relying on its last digit.
 */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1)
}
