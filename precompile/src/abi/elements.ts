import type { Encoding } from '../exact/encoding.js'
import { bytesPerElement, Dtype } from '../tensor.js'
import { decodeToWad, encodeWad } from './encoded.js'
import { type FloatDtype, floatFromWad, type WadFault, wadFromFloat } from './fixedPoint.js'
import { quickFromWords, quickToWords } from './quickElements.js'

const WORD = 32

/** The element at `index` cannot be converted. */
export interface ElementFault {
  readonly index: number
  readonly fault: WadFault
}

const INTEGER_RANGE: ReadonlyMap<Dtype, readonly [bigint, bigint]> = new Map([
  [Dtype.bool, [0n, 1n]],
  [Dtype.uint8, [0n, 2n ** 8n - 1n]],
  [Dtype.uint16, [0n, 2n ** 16n - 1n]],
  [Dtype.uint32, [0n, 2n ** 32n - 1n]],
  [Dtype.uint64, [0n, 2n ** 64n - 1n]],
  [Dtype.int8, [-(2n ** 7n), 2n ** 7n - 1n]],
  [Dtype.int16, [-(2n ** 15n), 2n ** 15n - 1n]],
  [Dtype.int32, [-(2n ** 31n), 2n ** 31n - 1n]],
  [Dtype.int64, [-(2n ** 63n), 2n ** 63n - 1n]],
] as const)

/**
 * Turns `int256` words into tensor elements: floats from 18 decimals, integers as they are.
 * @param dtype - Type of the elements to give.
 * @param source - Bytes that hold the words, big-endian.
 * @param offset - Byte of the first word.
 * @param count - Number of words.
 * @param encoding - How the words' reals stand in integers, instead; then words have 18 decimals.
 * @returns the little-endian elements, or the first one that the type cannot hold.
 */
export function elementsFromWords(
  dtype: Dtype,
  source: Uint8Array,
  offset: number,
  count: number,
  encoding?: Encoding,
): Uint8Array | ElementFault {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength)
  const elements = new Uint8Array(count * bytesPerElement(dtype))
  const target = new DataView(elements.buffer)
  const store = elementWriter(dtype, target)
  const quick = quickFromWords(dtype, view, target)
  for (let index = 0; index < count; index++) {
    const at = offset + index * WORD
    if (quick?.(index, at)) continue
    const word = readInt256(view, at)
    const bits = encoding ? encodeWad(word, encoding) : toElement(dtype, word)
    if (bits === undefined) return { index, fault: 'outOfRange' }
    store(index, bits)
  }
  return elements
}

/**
 * Turns tensor elements into `int256` words: floats with 18 decimals, integers as they are.
 * @param dtype - Type of the elements.
 * @param elements - Little-endian elements.
 * @param out - Where the words go, big-endian.
 * @param offset - Byte of the first word in `out`.
 * @param encoding - What the integers stand for, instead; then words get 18 decimals.
 * @returns undefined, or the first element that has no such form.
 */
export function wordsFromElements(
  dtype: Dtype,
  elements: Uint8Array,
  out: DataView,
  offset: number,
  encoding?: Encoding,
): ElementFault | undefined {
  const source = new DataView(elements.buffer, elements.byteOffset)
  const load = elementReader(dtype, source)
  const quick = quickToWords(dtype, source, out)
  const count = elements.length / bytesPerElement(dtype)
  for (let index = 0; index < count; index++) {
    const at = offset + index * WORD
    if (quick?.(index, at)) continue
    const value = toWord(dtype, load(index), encoding)
    if (typeof value !== 'bigint') return { index, fault: value }
    writeInt256(out, at, value)
  }
  return undefined
}

/** An integer's value, or a float's bits, as the word that stands for it. */
function toWord(dtype: Dtype, value: bigint, encoding: Encoding | undefined): bigint | WadFault {
  if (encoding) return decodeToWad(value, encoding)
  return INTEGER_RANGE.has(dtype) ? value : wadFromFloat(value, dtype as FloatDtype)
}

/** The element's value or bits. Undefined when the type cannot hold the number. */
function toElement(dtype: Dtype, value: bigint): bigint | undefined {
  const range = INTEGER_RANGE.get(dtype)
  if (!range) return floatFromWad(value, dtype as FloatDtype)
  return value >= range[0] && value <= range[1] ? value : undefined
}

function readInt256(view: DataView, at: number): bigint {
  const low = view.getBigInt64(at + 24)
  const sign = low < 0n ? -1n : 0n
  const upper = view.getBigInt64(at + 16)
  const high = view.getBigInt64(at + 8)
  const top = view.getBigInt64(at)
  // Nearly every number that a model takes fits the last eight bytes.
  if (upper === sign && high === sign && top === sign) return low
  return (
    (top << 192n) |
    (BigInt.asUintN(64, high) << 128n) |
    (BigInt.asUintN(64, upper) << 64n) |
    BigInt.asUintN(64, low)
  )
}

function writeInt256(view: DataView, at: number, value: bigint): void {
  view.setBigInt64(at + 24, BigInt.asIntN(64, value))
  const upper = value >> 64n
  view.setBigInt64(at + 16, BigInt.asIntN(64, upper))
  const sign = value < 0n ? -1n : 0n
  const fits = upper === sign
  view.setBigInt64(at + 8, fits ? sign : BigInt.asIntN(64, value >> 128n))
  view.setBigInt64(at, fits ? sign : BigInt.asIntN(64, value >> 192n))
}

/** Reads an element: an integer's value, or a float's bits right-aligned. */
function elementReader(dtype: Dtype, view: DataView): (index: number) => bigint {
  switch (dtype) {
    case Dtype.bool:
    case Dtype.uint8:
      return (i) => BigInt(view.getUint8(i))
    case Dtype.int8:
      return (i) => BigInt(view.getInt8(i))
    case Dtype.uint16:
    case Dtype.float16:
    case Dtype.bfloat16:
      return (i) => BigInt(view.getUint16(i * 2, true))
    case Dtype.int16:
      return (i) => BigInt(view.getInt16(i * 2, true))
    case Dtype.uint32:
    case Dtype.float32:
      return (i) => BigInt(view.getUint32(i * 4, true))
    case Dtype.int32:
      return (i) => BigInt(view.getInt32(i * 4, true))
    case Dtype.uint64:
    case Dtype.float64:
      return (i) => view.getBigUint64(i * 8, true)
    case Dtype.int64:
      return (i) => view.getBigInt64(i * 8, true)
  }
}

/** Writes an element from its value or bits; both take the low bits of two's complement. */
function elementWriter(dtype: Dtype, view: DataView): (index: number, bits: bigint) => void {
  switch (bytesPerElement(dtype)) {
    case 1:
      return (i, bits) => view.setUint8(i, Number(bits & 0xffn))
    case 2:
      return (i, bits) => view.setUint16(i * 2, Number(bits & 0xffffn), true)
    case 4:
      return (i, bits) => view.setUint32(i * 4, Number(bits & 0xffffffffn), true)
    default:
      return (i, bits) => view.setBigUint64(i * 8, BigInt.asUintN(64, bits), true)
  }
}
