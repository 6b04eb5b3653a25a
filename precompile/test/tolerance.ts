import { bytesPerElement, Dtype, dtypeName, type Tensor } from '../src/tensor.js'

/** The tolerance of ONNX's own backend tests. */
const RELATIVE = 1e-3
const ABSOLUTE = 1e-7

/** What sets a tensor apart from the one that is wanted; nothing when they agree within ONNX's tolerance. */
export function differs(got: Tensor, want: Tensor): string | undefined {
  if (got.dtype !== want.dtype) return `${dtypeName(got.dtype)}, not ${dtypeName(want.dtype)}`
  if (`${got.shape}` !== `${want.shape}`) return `the shape [${got.shape}], not [${want.shape}]`
  const read = reader(want.dtype)
  const left = viewOf(got)
  const right = viewOf(want)
  for (let at = 0; at < want.data.length; at += bytesPerElement(want.dtype)) {
    const a = read(left, at)
    const b = read(right, at)
    if (a !== b && !(Math.abs(a - b) <= ABSOLUTE + RELATIVE * Math.abs(b))) {
      return `element ${at / bytesPerElement(want.dtype)} is ${a}, not ${b}`
    }
  }
  return undefined
}

function viewOf({ data }: Tensor): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength)
}

function reader(dtype: Dtype): (view: DataView, at: number) => number {
  switch (dtype) {
    case Dtype.float32:
      return (view, at) => view.getFloat32(at, true)
    case Dtype.float64:
      return (view, at) => view.getFloat64(at, true)
    case Dtype.int64:
      return (view, at) => Number(view.getBigInt64(at, true))
    case Dtype.uint64:
      return (view, at) => Number(view.getBigUint64(at, true))
    case Dtype.int32:
      return (view, at) => view.getInt32(at, true)
    case Dtype.uint32:
      return (view, at) => view.getUint32(at, true)
    case Dtype.int16:
      return (view, at) => view.getInt16(at, true)
    case Dtype.uint16:
      return (view, at) => view.getUint16(at, true)
    case Dtype.int8:
      return (view, at) => view.getInt8(at)
    case Dtype.uint8:
    case Dtype.bool:
      return (view, at) => view.getUint8(at)
    default:
      throw new TypeError(`no recorded output is ${dtypeName(dtype)}`)
  }
}
