import type { TensorProto } from 'onnx-buf'
import { bytesPerElement, Dtype, elementCount, isDtype } from '../../tensor.js'
import {
  ExternalDataError,
  InvalidGraphError,
  ModelTooLargeError,
  StringTensorError,
  UnsupportedTypeError,
} from '../errors.js'
import {
  DATA,
  type Element,
  type Elements,
  fromInt64,
  MAX_TRACKED_ELEMENTS,
  toElement,
  type Value,
} from '../infer/value.js'
import type { ModelLimits } from '../limits.js'

/** `TensorProto.DataType.STRING`. */
const STRING = 8
/** `TensorProto.DataLocation.EXTERNAL`. */
const EXTERNAL = 1

/** A weight or constant: what is known of it, and the bytes that it takes while the model is loaded. */
export interface Weight {
  readonly value: Value & { readonly dims: readonly number[] }
  readonly bytes: number
}

/**
 * Checks a tensor of the file and reads what shape inference needs of it.
 * @param name - How errors call it.
 * @throws InvalidGraphError when its dims and its data disagree.
 */
export function readWeight(proto: TensorProto, name: string, limits: ModelLimits): Weight {
  if (proto.dataLocation === EXTERNAL || proto.externalData.length > 0) {
    throw new ExternalDataError(name)
  }
  const dtype = readDtype(proto.dataType, name)
  const dims = readDims(proto, name, limits)
  const count = elementCount(dims)
  if (count > limits.weightElements) {
    throw new ModelTooLargeError(`tensor "${name}" in elements`, count, limits.weightElements)
  }
  const data = dataOf(proto, dtype, name)
  if (data.count !== count) {
    throw new InvalidGraphError(
      `tensor "${name}" of the shape [${dims}] holds ${data.count} elements instead of ${count}`,
    )
  }
  const elements: Elements = count <= MAX_TRACKED_ELEMENTS ? data.elements() : DATA
  return { value: { dtype, dims, elements }, bytes: count * bytesPerElement(dtype) }
}

/**
 * The element type behind a number of the file.
 * @throws StringTensorError for text, UnsupportedTypeError for every other type that is not supported.
 */
export function readDtype(type: number, name: string): Dtype {
  // The engine has no such tensors.
  if (type === Dtype.bfloat16) throw new UnsupportedTypeError(name, 'bfloat16')
  if (isDtype(type)) return type
  if (type === STRING) throw new StringTensorError(name)
  throw new UnsupportedTypeError(name, `TensorProto.DataType ${type}`)
}

function readDims(proto: TensorProto, name: string, limits: ModelLimits): readonly number[] {
  if (proto.segment !== undefined) {
    throw new InvalidGraphError(`tensor "${name}" is a segment of another`)
  }
  if (proto.dims.length > limits.rank) {
    throw new ModelTooLargeError(`the rank of tensor "${name}"`, proto.dims.length, limits.rank)
  }
  const negative = proto.dims.find((dim) => dim < 0n)
  if (negative !== undefined) {
    throw new InvalidGraphError(`tensor "${name}" has the dimension ${negative}`)
  }
  return proto.dims.map(Number)
}

interface TensorData {
  readonly count: number
  elements(): Elements
}

function dataOf(proto: TensorProto, dtype: Dtype, name: string): TensorData {
  if (proto.rawData.length === 0) {
    const listed = listedData(proto, dtype)
    return {
      count: listed.length,
      elements: () =>
        Array.from(listed, (number) =>
          stored(dtype, typeof number === 'bigint' ? fromInt64(number) : number),
        ),
    }
  }
  const width = bytesPerElement(dtype)
  if (proto.rawData.length % width !== 0) {
    throw new InvalidGraphError(
      `the ${proto.rawData.length} bytes of tensor "${name}" are no multiple of ${width}`,
    )
  }
  return { count: proto.rawData.length / width, elements: () => rawElements(proto.rawData, dtype) }
}

/** The typed field that ONNX assigns to each element type. */
function listedData(proto: TensorProto, dtype: Dtype): readonly (number | bigint)[] {
  switch (dtype) {
    case Dtype.float32:
      return proto.floatData
    case Dtype.float64:
      return proto.doubleData
    case Dtype.int64:
      return proto.int64Data
    case Dtype.uint32:
    case Dtype.uint64:
      return proto.uint64Data
    default:
      return proto.int32Data
  }
}

/** A number of the file as an element. 64-bit integers and floats keep values that arithmetic would refuse. */
function stored(dtype: Dtype, number: number): Element {
  const kept = [Dtype.int64, Dtype.uint64, Dtype.float32, Dtype.float64] as readonly Dtype[]
  return kept.includes(dtype) ? number : toElement(dtype, number)
}

const READERS: Partial<Record<Dtype, (view: DataView, offset: number) => number>> = {
  [Dtype.float32]: (view, offset) => view.getFloat32(offset, true),
  [Dtype.float64]: (view, offset) => view.getFloat64(offset, true),
  [Dtype.uint8]: (view, offset) => view.getUint8(offset),
  [Dtype.bool]: (view, offset) => view.getUint8(offset),
  [Dtype.int8]: (view, offset) => view.getInt8(offset),
  [Dtype.uint16]: (view, offset) => view.getUint16(offset, true),
  [Dtype.int16]: (view, offset) => view.getInt16(offset, true),
  [Dtype.uint32]: (view, offset) => view.getUint32(offset, true),
  [Dtype.int32]: (view, offset) => view.getInt32(offset, true),
  [Dtype.uint64]: (view, offset) => fromInt64(view.getBigUint64(offset, true)),
  [Dtype.int64]: (view, offset) => fromInt64(view.getBigInt64(offset, true)),
}

function rawElements(bytes: Uint8Array, dtype: Dtype): Elements {
  const read = READERS[dtype]
  if (read === undefined) return DATA
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const width = bytesPerElement(dtype)
  return Array.from({ length: bytes.byteLength / width }, (_, i) =>
    stored(dtype, read(view, i * width)),
  )
}
