import { Dtype } from '../../tensor.js'
import type { Emitted, Emitter } from '../compile/emit.js'
import { EmitError } from '../compile/errors.js'
import { castTo } from '../compile/requantise.js'
import { integerTensor } from '../tensor.js'

/** int64 that stands for reals: real = value / (2^exponent · parts). */
export interface Fixed {
  readonly value: Emitted
  readonly exponent: number
  readonly parts: number
}

/** Bits after the point of distances, and of the powers and probabilities that are made of them. */
const DISTANCE_BITS = 20
const ONE_BITS = 30
const ONE = 2n ** BigInt(ONE_BITS)
/** What a power of e to a larger distance below zero adds to a probability is lost in 30 bits. */
const FARTHEST = 21
/** A distance is the sum of three parts with a table each: multiples of 2^16, 2^8 and 1. */
const PART_BITS = [16, 8, 0] as const
/** Bits of an int32 without its sign. */
const INT32_BITS = 31
/** With fewer bits after the point, distances would say too little. */
const FEWEST_BITS = 8

/** Bits after the point of probabilities. */
export const PROBABILITY_EXPONENT = ONE_BITS

/**
 * `1 / (1 + e^−x)` within 2^−21 for scores of ordinary size, and one minus it.
 * @returns int64 with `PROBABILITY_EXPONENT`, that add up to one
 */
export function logistic(emitter: Emitter, scores: Fixed): { yes: Emitted; no: Emitted } {
  const { value } = scores
  const constant = (number: bigint) => emitter.scalar(Dtype.int64, number)
  const power = exponential(emitter, { ...scores, value: emitter.node('Abs', [value]) })
  const sum = emitter.node('Add', [power, constant(ONE)])
  // Half the sum rounds to nearest.
  const half = emitter.node('Div', [sum, constant(2n)])
  const larger = emitter.node('Div', [emitter.node('Add', [half, constant(ONE * ONE)]), sum])
  const smaller = emitter.node('Sub', [constant(ONE), larger])
  const isNegative = emitter.node('Less', [value, constant(0n)])
  return {
    yes: emitter.node('Where', [isNegative, smaller, larger]),
    no: emitter.node('Where', [isNegative, larger, smaller]),
  }
}

/**
 * `e^x` over the sum of a row's.
 * @param scores - [rows, columns]
 * @returns int64 with `PROBABILITY_EXPONENT`
 */
export function softmax(emitter: Emitter, scores: Fixed): Emitted {
  const { value } = scores
  const best = emitter.node('ArgMax', [value], { axis: 1n, keepdims: 1n })
  const top = emitter.node('GatherElements', [value, best], { axis: 1n })
  // The proof does not know that the top is the top.
  const distance = emitter.node('Abs', [emitter.node('Sub', [top, value])])
  const power = exponential(emitter, { ...scores, value: distance })
  const sum = emitter.node('ReduceSum', [power, emitter.list([1])], { keepdims: 1n })
  const shifted = emitter.node('Mul', [power, emitter.scalar(Dtype.int64, ONE)])
  const half = emitter.node('Div', [sum, emitter.scalar(Dtype.int64, 2n)])
  return emitter.node('Div', [emitter.node('Add', [shifted, half]), sum])
}

/** `e^−x` for x from 0: int64 with 30 bits after the point, at least one step. */
function exponential(emitter: Emitter, distance: Fixed): Emitted {
  let rest = toDistance(emitter, distance)
  let power: Emitted | undefined
  for (const bits of PART_BITS) {
    const width = emitter.scalar(Dtype.int32, 2 ** bits)
    const index = bits === 0 ? rest : emitter.node('Div', [rest, width])
    const looked = emitter.node('Gather', [powers(emitter, index, 2 ** bits), index])
    const factor = castTo(emitter, looked, Dtype.int64)
    power = power ? scaleDown(emitter, emitter.node('Mul', [power, factor])) : factor
    if (bits > 0) rest = remainder(emitter, rest, index, width)
  }
  // A sum of powers is a divisor: the proof must see that it is not zero.
  return emitter.node('Add', [power as Emitted, emitter.scalar(Dtype.int64, 1)])
}

function remainder(emitter: Emitter, value: Emitted, quotient: Emitted, width: Emitted): Emitted {
  const rest = emitter.node('Sub', [value, emitter.node('Mul', [quotient, width])])
  // The proof does not know that what a division leaves is below the divisor.
  const last = emitter.scalar(Dtype.int32, width.interval.high - 1n)
  return emitter.node('Clip', [rest, emitter.scalar(Dtype.int32, 0), last])
}

function scaleDown(emitter: Emitter, value: Emitted): Emitted {
  const sum = emitter.node('Add', [value, emitter.scalar(Dtype.int64, ONE / 2n)])
  return emitter.node('Div', [sum, emitter.scalar(Dtype.int64, ONE)])
}

/** Powers of e to all multiples of a part's width that an index may name. */
function powers(emitter: Emitter, index: Emitted, width: number): Emitted {
  const values = Array.from({ length: Number(index.interval.high) + 1 }, (_, i) =>
    Math.round(Math.exp((-i * width) / 2 ** DISTANCE_BITS) * 2 ** ONE_BITS),
  )
  return emitter.constant(integerTensor(Dtype.int32, [values.length], values), 'exp')
}

/** In steps of 2^−20, at most `FARTHEST`: int32. Scores that may be very large are taken in larger steps first. */
function toDistance(emitter: Emitter, { value, exponent, parts }: Fixed): Emitted {
  const reach = Number(value.interval.high) / 2 ** exponent / parts
  const room = INT32_BITS - 1 - Math.ceil(Math.log2(Math.max(reach, 1) + 1))
  const bits = Math.min(DISTANCE_BITS, room)
  if (bits < FEWEST_BITS) throw new EmitError(`scores up to ${reach} give no probabilities`)
  const factor = 2n ** BigInt(Math.max(0, bits - exponent))
  const divisor = 2n ** BigInt(Math.max(0, exponent - bits)) * BigInt(parts)
  let steps = value
  if (factor !== 1n) steps = emitter.node('Mul', [steps, emitter.scalar(Dtype.int64, factor)])
  if (divisor !== 1n) {
    steps = emitter.node('Add', [steps, emitter.scalar(Dtype.int64, divisor / 2n)])
    steps = emitter.node('Div', [steps, emitter.scalar(Dtype.int64, divisor)])
  }
  const narrow = castTo(emitter, steps, Dtype.int32)
  const farthest = emitter.scalar(Dtype.int32, Math.floor(FARTHEST * 2 ** bits))
  const near = emitter.node('Clip', [narrow, emitter.scalar(Dtype.int32, 0), farthest])
  if (bits === DISTANCE_BITS) return near
  return emitter.node('Mul', [near, emitter.scalar(Dtype.int32, 2 ** (DISTANCE_BITS - bits))])
}
