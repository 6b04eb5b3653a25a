import {
  bytesPerElement,
  type Dtype,
  Dtype as Dtypes,
  type Encoding,
  elementsFromWords,
  wordsFromElements,
} from '@lockstep/precompile'
import { fromWad, toWad } from '@lockstep/sdk'
import { bytesToBigInt, concatBytes, numberToBytes } from 'viem'
import type { Decimal } from './input.js'
import { UsageError } from './output.js'

const floats: readonly number[] = [Dtypes.float16, Dtypes.bfloat16, Dtypes.float32, Dtypes.float64]
const word = 32

function isFloat(dtype: number): boolean {
  return floats.includes(dtype)
}

/** An element type, and what its integers stand for where they stand for reals. */
export interface ElementType {
  readonly dtype: number
  readonly encoding?: Encoding | undefined
}

/** Whether elements travel through `infer` with 18 decimals. */
export function isReal({ dtype, encoding }: ElementType): boolean {
  return encoding !== undefined || isFloat(dtype)
}

/** Decimals to what `infer` takes: 18 decimals for reals, the integer itself otherwise. @throws UsageError */
export function toWadElements(
  type: ElementType,
  values: readonly Decimal[],
  name: string,
): bigint[] {
  return values.map((value, i) => {
    if (isReal(type)) return toWad(value)
    if (!/^[+-]?\d+$/.test(String(value))) {
      throw new UsageError(
        `${name}[${i}] must be a whole number for an integer tensor, got ${value}.`,
      )
    }
    return BigInt(value)
  })
}

/** Decimals to the tensor's own little-endian bytes. @throws UsageError when the type cannot hold a value. */
export function toElements(
  type: ElementType,
  values: readonly Decimal[],
  name: string,
): Uint8Array {
  const words = concatBytes(
    toWadElements(type, values, name).map((value) =>
      numberToBytes(value, { size: word, signed: true }),
    ),
  )
  const elements = elementsFromWords(type.dtype as Dtype, words, 0, values.length, type.encoding)
  if (elements instanceof Uint8Array) return elements
  throw new UsageError(
    `${name}[${elements.index}] = ${values[elements.index]} does not fit the tensor's type.`,
  )
}

/** A tensor's little-endian bytes as decimal text; reals are shown with 18 decimals at most. */
export function readElements(type: ElementType, data: Uint8Array): string[] {
  const dtype = type.dtype as Dtype
  const count = data.length / bytesPerElement(dtype)
  const words = new Uint8Array(count * word)
  const fault = wordsFromElements(dtype, data, new DataView(words.buffer), 0, type.encoding)
  if (fault) throw new RangeError(`Element ${fault.index} has no decimal form: ${fault.fault}.`)
  return Array.from({ length: count }, (_, i) => {
    const value = BigInt.asIntN(256, bytesToBigInt(words.subarray(i * word, (i + 1) * word)))
    return isReal(type) ? fromWad(value) : value.toString()
  })
}
