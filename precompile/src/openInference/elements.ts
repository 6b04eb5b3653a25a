import { bytesPerElement, Dtype, dtypeName, type Tensor } from '../tensor.js'
import { ProtocolError } from './errors.js'

/** Reads and writes one element where it stands in the bytes. */
interface ElementType {
  get(view: DataView, at: number): number | bigint | boolean
  /** @returns false for a value that the type does not hold. */
  set(view: DataView, at: number, value: unknown): boolean
}

function whole(
  low: number,
  high: number,
  get: ElementType['get'],
  set: (view: DataView, at: number, value: number) => void,
): ElementType {
  return {
    get,
    set(view, at, value) {
      if (!Number.isInteger(value) || (value as number) < low || (value as number) > high) {
        return false
      }
      set(view, at, value as number)
      return true
    },
  }
}

/** Beyond 2^53 a JSON number names several integers once it has been parsed, so that none of them is meant. */
function wide(low: number, get: ElementType['get'], set: 'setBigInt64' | 'setBigUint64') {
  return whole(low, Number.MAX_SAFE_INTEGER, get, (view, at, value) =>
    view[set](at, BigInt(value), true),
  )
}

function real(get: ElementType['get'], set: 'setFloat32' | 'setFloat64'): ElementType {
  return {
    get,
    set(view, at, value) {
      if (typeof value !== 'number') return false
      view[set](at, value, true)
      return Number.isFinite(set === 'setFloat32' ? Math.fround(value) : value)
    },
  }
}

const TYPES: Readonly<Partial<Record<Dtype, ElementType>>> = {
  [Dtype.bool]: {
    get: (view, at) => view.getUint8(at) !== 0,
    set(view, at, value) {
      // Some servers write a BOOL as 0 and 1.
      if (typeof value !== 'boolean' && value !== 0 && value !== 1) return false
      view.setUint8(at, value ? 1 : 0)
      return true
    },
  },
  [Dtype.uint8]: whole(
    0,
    0xff,
    (v, at) => v.getUint8(at),
    (v, at, x) => v.setUint8(at, x),
  ),
  [Dtype.int8]: whole(
    -0x80,
    0x7f,
    (v, at) => v.getInt8(at),
    (v, at, x) => v.setInt8(at, x),
  ),
  [Dtype.uint16]: whole(
    0,
    0xffff,
    (v, at) => v.getUint16(at, true),
    (v, at, x) => v.setUint16(at, x, true),
  ),
  [Dtype.int16]: whole(
    -0x8000,
    0x7fff,
    (v, at) => v.getInt16(at, true),
    (v, at, x) => v.setInt16(at, x, true),
  ),
  [Dtype.uint32]: whole(
    0,
    0xffff_ffff,
    (v, at) => v.getUint32(at, true),
    (v, at, x) => v.setUint32(at, x, true),
  ),
  [Dtype.int32]: whole(
    -0x8000_0000,
    0x7fff_ffff,
    (v, at) => v.getInt32(at, true),
    (v, at, x) => v.setInt32(at, x, true),
  ),
  [Dtype.uint64]: wide(0, (v, at) => v.getBigUint64(at, true), 'setBigUint64'),
  [Dtype.int64]: wide(Number.MIN_SAFE_INTEGER, (v, at) => v.getBigInt64(at, true), 'setBigInt64'),
  [Dtype.float32]: real((v, at) => v.getFloat32(at, true), 'setFloat32'),
  [Dtype.float64]: real((v, at) => v.getFloat64(at, true), 'setFloat64'),
}

/** @throws ProtocolError for 16-bit floats, which only the binary extension carries. */
function typeOf(dtype: Dtype): ElementType {
  const type = TYPES[dtype]
  if (type) return type
  throw new ProtocolError(`JSON does not carry ${dtypeName(dtype)}.`, {
    remedy: 'Send and ask for it as binary data.',
  })
}

/**
 * The elements as the text of a flat JSON array, integers to their last digit.
 * @throws ProtocolError for an element type that JSON does not carry, or a number that is not finite
 */
export function elementsToJson({ dtype, data }: Tensor): string {
  const type = typeOf(dtype)
  const width = bytesPerElement(dtype)
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const texts: string[] = []
  for (let at = 0; at < data.byteLength; at += width) {
    const value = type.get(view, at)
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new ProtocolError(`JSON does not carry ${value}.`)
    }
    // `String(-0)` loses the sign.
    texts.push(Object.is(value, -0) ? '-0' : String(value))
  }
  return `[${texts.join(',')}]`
}

/**
 * The bytes of elements that a parsed JSON array holds, flat or nested as the tensor is.
 * @param rank - Of the tensor: arrays are nested no deeper.
 * @throws ProtocolError for another number of elements, or one that the type does not hold
 */
export function elementsFromJson(
  value: unknown,
  { dtype, count, rank }: { dtype: Dtype; count: number; rank: number },
): Uint8Array {
  const type = typeOf(dtype)
  const width = bytesPerElement(dtype)
  if (!Array.isArray(value)) throw new ProtocolError('"data" must be an array.')
  // Each element takes two characters of the text at least: what a message can hold bounds what is allocated.
  const found = countElements(value, Math.max(rank, 1))
  if (found !== count) {
    throw new ProtocolError(`"data" holds ${found} elements, the shape needs ${count}.`)
  }
  const bytes = new Uint8Array(count * width)
  const view = new DataView(bytes.buffer)
  let at = 0
  const write = (entry: unknown): void => {
    if (Array.isArray(entry)) {
      entry.forEach(write)
      return
    }
    if (!type.set(view, at, entry)) throw notHeld(entry, at / width, dtype)
    at += width
  }
  write(value)
  return bytes
}

function countElements(value: readonly unknown[], depth: number): number {
  if (depth === 0) throw new ProtocolError('"data" is nested deeper than the shape.')
  let count = 0
  for (const entry of value) count += Array.isArray(entry) ? countElements(entry, depth - 1) : 1
  return count
}

function notHeld(entry: unknown, index: number, dtype: Dtype): ProtocolError {
  const text = (JSON.stringify(entry) ?? 'nothing').slice(0, 40)
  const isWide = typeof entry === 'number' && Number.isInteger(entry)
  return new ProtocolError(
    `Element ${index} of "data" is ${text}, which ${dtypeName(dtype)} does not hold${isWide && !Number.isSafeInteger(entry) ? ' exactly in JSON' : ''}.`,
    { remedy: 'Binary tensor data carries every element.' },
  )
}
