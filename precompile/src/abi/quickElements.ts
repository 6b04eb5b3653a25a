import { Dtype } from '../tensor.js'
import { quickFloat32, quickFloat64, quickShortFloat, quickWad } from './quickFloat.js'

/** Converts one element where double arithmetic decides it. False where it does not, with nothing written. */
export type QuickStep = (index: number, wordAt: number) => boolean

// From these magnitudes on `quickWad` is exact: see there.
const LEAST_OF_53_BITS = 2 ** -16
const LEAST_OF_24_BITS = 2 ** -45

const HALF_PRECISION = 11
const HALF_MIN_EXPONENT = -14
const HALF_MIN_NORMAL = 2 ** HALF_MIN_EXPONENT
const HALF_MAX = 65504
const BRAIN_PRECISION = 8
const FLOAT32_MIN_EXPONENT = -126
const BRAIN_MAX = (2 - 2 ** -7) * 2 ** 127

const scratch = new DataView(new ArrayBuffer(4))

/** Words to elements of a float type. Undefined for integers, which need no arithmetic. */
export function quickFromWords(
  dtype: Dtype,
  words: DataView,
  elements: DataView,
): QuickStep | undefined {
  switch (dtype) {
    case Dtype.float32:
      return (index, at) => {
        const value = quickFloat32(words, at)
        if (value === undefined) return false
        elements.setFloat32(index * 4, value, true)
        return true
      }
    case Dtype.float64:
      return (index, at) => {
        const value = quickFloat64(words, at)
        if (value === undefined) return false
        elements.setFloat64(index * 8, value, true)
        return true
      }
    case Dtype.float16:
      return (index, at) => {
        const value = quickShortFloat(words, at, HALF_PRECISION, HALF_MIN_EXPONENT)
        if (value === undefined || Math.abs(value) > HALF_MAX) return false
        elements.setUint16(index * 2, halfBits(value), true)
        return true
      }
    case Dtype.bfloat16:
      return (index, at) => {
        const value = quickShortFloat(words, at, BRAIN_PRECISION, FLOAT32_MIN_EXPONENT)
        if (value === undefined || Math.abs(value) > BRAIN_MAX) return false
        scratch.setFloat32(0, value)
        elements.setUint16(index * 2, scratch.getUint16(0), true)
        return true
      }
    default:
      return undefined
  }
}

/** Elements of a float type to words. Undefined for integers, which need no arithmetic. */
export function quickToWords(
  dtype: Dtype,
  elements: DataView,
  words: DataView,
): QuickStep | undefined {
  switch (dtype) {
    case Dtype.float32:
      return (index, at) =>
        quickWad(elements.getFloat32(index * 4, true), LEAST_OF_24_BITS, words, at)
    case Dtype.float64:
      return (index, at) =>
        quickWad(elements.getFloat64(index * 8, true), LEAST_OF_53_BITS, words, at)
    case Dtype.float16:
      return (index, at) =>
        quickWad(halfValue(elements.getUint16(index * 2, true)), LEAST_OF_24_BITS, words, at)
    case Dtype.bfloat16:
      return (index, at) => {
        scratch.setUint32(0, elements.getUint16(index * 2, true) << 16)
        return quickWad(scratch.getFloat32(0), LEAST_OF_24_BITS, words, at)
      }
    default:
      return undefined
  }
}

/** Bits of a number that float16 holds exactly. */
function halfBits(value: number): number {
  scratch.setFloat32(0, value)
  const sign = scratch.getUint16(0) & 0x8000
  const magnitude = Math.abs(value)
  if (magnitude < HALF_MIN_NORMAL) return sign | (magnitude * 2 ** 24)
  // Exact in float32 too, whose exponent has a bias of 127 instead of 15 and whose fraction has 13 bits more.
  return sign | (((scratch.getUint32(0) & 0x7fffffff) >>> 13) - ((127 - 15) << 10))
}

function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
