import { bytesPerElement, Dtype, type Tensor } from '@lockstep/precompile'

/** An element of a tensor, as a number that reads back to the same bits. */
export function elementText({ dtype, data }: Tensor, index: number): string {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const at = index * bytesPerElement(dtype)
  switch (dtype) {
    case Dtype.float32:
      return text(view.getFloat32(at, true))
    case Dtype.float64:
      return text(view.getFloat64(at, true))
    case Dtype.float16:
      return text(fromHalf(view.getUint16(at, true)))
    case Dtype.bfloat16:
      return text(fromBrain(view.getUint16(at, true)))
    case Dtype.uint8:
      return text(view.getUint8(at))
    case Dtype.int8:
      return text(view.getInt8(at))
    case Dtype.uint16:
      return text(view.getUint16(at, true))
    case Dtype.int16:
      return text(view.getInt16(at, true))
    case Dtype.uint32:
      return text(view.getUint32(at, true))
    case Dtype.int32:
      return text(view.getInt32(at, true))
    case Dtype.int64:
      return String(view.getBigInt64(at, true))
    case Dtype.uint64:
      return String(view.getBigUint64(at, true))
    case Dtype.bool:
      return view.getUint8(at) === 0 ? 'false' : 'true'
  }
}

/** The bits of an element, the most significant first: `0x3f800000` for a float32 of 1. */
export function elementBits({ dtype, data }: Tensor, index: number): string {
  const width = bytesPerElement(dtype)
  const bytes = data.subarray(index * width, (index + 1) * width)
  return `0x${Buffer.from(bytes).reverse().toString('hex')}`
}

function text(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** IEEE 754 binary16: 5 bits of exponent, 10 of fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** bfloat16 is the upper half of a float32. */
function fromBrain(bits: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint16(0, bits)
  return view.getFloat32(0)
}
