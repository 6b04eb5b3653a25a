import { contains, type Interval, rangeOf } from '../../exact/interval.js'
import { type IntegerDtype, type IntegerTensor, toTensor, zeros } from '../../exact/tensor.js'
import { Dtype, type Tensor } from '../../tensor.js'

/**
 * How elements lie in GPU memory, which is an array of 32-bit words: four to a word, one to a word, or one to two
 * words, the lower one first. The dtype does not decide it alone: an int64 whose proved interval fits takes one word.
 */
export type Layout = 'u8' | 's8' | 'i32' | 'i64'

const WORD = rangeOf(Dtype.int32)

/** The densest layout that holds every element a value can have. */
export function layoutOf(dtype: IntegerDtype, interval: Interval): Layout {
  switch (dtype) {
    case Dtype.bool:
    case Dtype.uint8:
      return 'u8'
    case Dtype.int8:
      return 's8'
    case Dtype.int32:
      return 'i32'
    case Dtype.int64:
      return contains(WORD, interval) ? 'i32' : 'i64'
  }
}

/** Words that elements take. */
export function wordsOf(layout: Layout, count: number): number {
  if (layout === 'i64') return 2 * count
  return layout === 'i32' ? count : Math.ceil(count / 4)
}

/** Whether elements lie four to a word. */
export function isPacked(layout: Layout): boolean {
  return layout === 'u8' || layout === 's8'
}

/** Elements as the words of a layout; the last word is filled up with zeros. */
export function toWords({ data }: IntegerTensor, layout: Layout): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(wordsOf(layout, data.length))
  if (layout === 'i32') {
    for (let i = 0; i < data.length; i++) words[i] = Number(data[i])
  } else {
    new Uint8Array(words.buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  return words
}

/** The tensor whose elements stand in words of a layout, which need not be the densest one. */
export function fromWords(
  words: Uint32Array,
  layout: Layout,
  { dtype, shape, count }: { dtype: IntegerDtype; shape: readonly number[]; count: number },
): Tensor {
  const elements = viewOf(words, layout, count)
  const tensor = zeros(dtype, shape)
  if (tensor.data instanceof BigInt64Array) tensor.data.set(BigInt64Array.from(elements, BigInt))
  else tensor.data.set(Array.from(elements, Number))
  return toTensor(tensor)
}

function viewOf({ buffer, byteOffset }: Uint32Array, layout: Layout, count: number) {
  switch (layout) {
    case 'u8':
      return new Uint8Array(buffer, byteOffset, count)
    case 's8':
      return new Int8Array(buffer, byteOffset, count)
    case 'i32':
      return new Int32Array(buffer, byteOffset, count)
    case 'i64':
      // Only the words of a layout of their own are so aligned.
      return new BigInt64Array(buffer.slice(byteOffset, byteOffset + 8 * count))
  }
}
