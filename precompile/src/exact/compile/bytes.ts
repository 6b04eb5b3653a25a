import { Dtype } from '../../tensor.js'
import type { Emitted, Emitter } from './emit.js'
import type { Quantised } from './quantised.js'
import { castTo } from './requantise.js'

const BYTE = 256

/** One byte of integers of 16 bits, and the same byte of their zero. */
export interface Byte {
  readonly value: Emitted
  readonly zero: Emitted
}

/** Integers from 0 to 65535 as a high and a low byte, uint8 each: convolutions know no wider type. */
export function bytesOf(emitter: Emitter, x: Quantised): { high: Byte; low: Byte } {
  const [zero = 0] = x.zeros
  const [byte, most, none] = [BYTE, BYTE - 1, 0].map((number) =>
    emitter.scalar(Dtype.int32, number),
  ) as [Emitted, Emitted, Emitted]
  const quotient = emitter.node('Div', [castTo(emitter, x, Dtype.int32), byte])
  const rest = emitter.node('Sub', [x, emitter.node('Mul', [quotient, byte])])
  // The rest is a byte already, which intervals do not know.
  const low = emitter.node('Clip', [rest, none, most])
  const split = [Math.floor(zero / BYTE), zero % BYTE].map((part) =>
    emitter.scalar(Dtype.uint8, part),
  ) as [Emitted, Emitted]
  return {
    high: { value: castTo(emitter, quotient, Dtype.uint8), zero: split[0] },
    low: { value: castTo(emitter, low, Dtype.uint8), zero: split[1] },
  }
}

/** 256 · high + low, in a type that holds it. */
export function joinBytes(
  emitter: Emitter,
  high: Emitted,
  low: Emitted,
  dtype: typeof Dtype.int32 | typeof Dtype.int64,
): Emitted {
  const [a, b] = [high, low].map((part) => castTo(emitter, part, dtype)) as [Emitted, Emitted]
  return emitter.node('Add', [emitter.node('Mul', [a, emitter.scalar(dtype, BYTE)]), b])
}
