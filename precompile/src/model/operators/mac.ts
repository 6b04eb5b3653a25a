import { Dtype } from '../../tensor.js'

const WIDE_MILLI: Partial<Record<Dtype, number>> = {
  [Dtype.float32]: 1000,
  // Half precision is cast to float32 before and back after the product.
  [Dtype.float16]: 1000,
  [Dtype.float64]: 4000,
  [Dtype.int32]: 12000,
  [Dtype.uint32]: 12000,
  [Dtype.int64]: 12000,
  [Dtype.uint64]: 12000,
}

/** What a product costs more where it has too few columns or rows to fill the vector registers. */
export function narrowFactor(count: number): number {
  if (count >= 4) return 1
  return count >= 2 ? 2 : 4
}

/**
 * Cost of one multiply-accumulate in thousandths of a float32 one, measured on the canonical engine.
 * With a signed left side its byte products leave the fast path.
 */
export function milliMacsOf(left: Dtype, _right: Dtype): number {
  if (left === Dtype.uint8) return 400
  if (left === Dtype.int8) return 4500
  return WIDE_MILLI[left] ?? 12000
}
