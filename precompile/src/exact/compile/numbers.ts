import { InvalidGraphError } from '../../model/errors.js'
import { bytesPerElement, Dtype, type Shape, type Tensor } from '../../tensor.js'

/** Elements of a tensor as numbers; int64 beyond 2^53 rounds. */
export function numbersOf({ dtype, data }: Tensor): Float64Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const width = bytesPerElement(dtype)
  const read = readerOf(dtype)
  return Float64Array.from({ length: data.byteLength / width }, (_, i) => read(view, i * width))
}

type Reader = (view: DataView, at: number) => number

const READERS: Partial<Record<Dtype, Reader>> = {
  [Dtype.float32]: (view, at) => view.getFloat32(at, true),
  [Dtype.float64]: (view, at) => view.getFloat64(at, true),
  [Dtype.float16]: (view, at) => halfToNumber(view.getUint16(at, true)),
  [Dtype.bfloat16]: (view, at) => bfloatToNumber(view.getUint16(at, true)),
  [Dtype.uint8]: (view, at) => view.getUint8(at),
  [Dtype.bool]: (view, at) => view.getUint8(at),
  [Dtype.int8]: (view, at) => view.getInt8(at),
  [Dtype.uint16]: (view, at) => view.getUint16(at, true),
  [Dtype.int16]: (view, at) => view.getInt16(at, true),
  [Dtype.uint32]: (view, at) => view.getUint32(at, true),
  [Dtype.int32]: (view, at) => view.getInt32(at, true),
  [Dtype.uint64]: (view, at) => Number(view.getBigUint64(at, true)),
  [Dtype.int64]: (view, at) => Number(view.getBigInt64(at, true)),
}

function readerOf(dtype: Dtype): Reader {
  const reader = READERS[dtype]
  if (!reader) throw new InvalidGraphError(`elements of the type ${dtype} can't be read`)
  return reader
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024)
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
}

function bfloatToNumber(bits: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint16(2, bits, true)
  return view.getFloat32(0, true)
}

/** A float32 tensor from numbers. */
export function floatTensor(shape: Shape, values: ArrayLike<number>): Tensor {
  const data = new Uint8Array(4 * values.length)
  const view = new DataView(data.buffer)
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i] as number, true)
  return { dtype: Dtype.float32, shape, data }
}

/** An int64 tensor of one dimension, as shapes and axes are given. */
export function shapeTensor(values: readonly number[]): Tensor {
  const data = BigInt64Array.from(values, BigInt)
  return { dtype: Dtype.int64, shape: [values.length], data: new Uint8Array(data.buffer) }
}
