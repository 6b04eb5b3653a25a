import type { TensorProto } from 'onnx-buf'
import { bytesPerElement, Dtype, elementCount, type Shape, type Tensor } from '../tensor.js'

/** Element types that exact operators compute with. */
export type IntegerDtype =
  | typeof Dtype.bool
  | typeof Dtype.uint8
  | typeof Dtype.int8
  | typeof Dtype.int32
  | typeof Dtype.int64

/** Elements in the narrowest typed array that holds them; a bool is 0 or 1. */
export type IntegerElements = Uint8Array | Int8Array | Int32Array | BigInt64Array

/** A tensor of integers, as the reference semantics of exact operators take and give it. */
export interface IntegerTensor {
  readonly dtype: IntegerDtype
  readonly shape: Shape
  readonly data: IntegerElements
}

const ARRAYS = {
  [Dtype.bool]: Uint8Array,
  [Dtype.uint8]: Uint8Array,
  [Dtype.int8]: Int8Array,
  [Dtype.int32]: Int32Array,
  [Dtype.int64]: BigInt64Array,
} as const

/** The smallest and the largest element of each type. */
export const INTEGER_RANGE: Readonly<Record<IntegerDtype, readonly [bigint, bigint]>> = {
  [Dtype.bool]: [0n, 1n],
  [Dtype.uint8]: [0n, 0xffn],
  [Dtype.int8]: [-0x80n, 0x7fn],
  [Dtype.int32]: [-(2n ** 31n), 2n ** 31n - 1n],
  [Dtype.int64]: [-(2n ** 63n), 2n ** 63n - 1n],
}

/** Whether exact operators compute with a type. */
export function isIntegerDtype(dtype: number): dtype is IntegerDtype {
  return dtype in ARRAYS
}

/** A tensor of zeros. */
export function zeros(dtype: IntegerDtype, shape: Shape): IntegerTensor {
  return { dtype, shape, data: new ARRAYS[dtype](elementCount(shape)) }
}

/** A tensor from numbers that fit its type; elements wrap as two's complement otherwise. */
export function integerTensor(
  dtype: IntegerDtype,
  shape: Shape,
  elements: Iterable<number | bigint>,
): IntegerTensor {
  const values = [...elements]
  const data =
    dtype === Dtype.int64
      ? BigInt64Array.from(values, BigInt)
      : (ARRAYS[dtype] as typeof Int32Array).from(values, Number)
  return { dtype, shape, data }
}

/** Little-endian bytes as elements. The bytes are copied: they may lie anywhere. */
export function fromTensor({ dtype, shape, data }: Tensor): IntegerTensor {
  if (!isIntegerDtype(dtype)) throw new TypeError(`exact operators know no element type ${dtype}`)
  return { dtype, shape, data: new ARRAYS[dtype](new Uint8Array(data).buffer) }
}

/** Elements as little-endian bytes, without a copy. */
export function toTensor({ dtype, shape, data }: IntegerTensor): Tensor {
  return { dtype, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
}

/** A weight of the file, already checked by the validator. Undefined for a type that exact operators do not know. */
export function fromProto(proto: TensorProto): IntegerTensor | undefined {
  const { dataType, rawData } = proto
  if (!isIntegerDtype(dataType)) return undefined
  const shape = proto.dims.map(Number)
  const count = elementCount(shape)
  if (rawData.length === count * bytesPerElement(dataType)) {
    return fromTensor({ dtype: dataType, shape, data: rawData })
  }
  return integerTensor(
    dataType,
    shape,
    dataType === Dtype.int64 ? proto.int64Data : proto.int32Data,
  )
}
