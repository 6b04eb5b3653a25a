import { Dtype, elementCount, type Shape } from '../../tensor.js'

/** Stands for a dimension or an element that the caller's input shapes decide. */
export const FREE = 'free'
/** Stands for an element that tensor data decides, so that it is not known before a run. */
export const DATA = 'data'

export type Dim = number | typeof FREE
export type Dims = readonly Dim[]
/** Integers beyond 2^53 stand for «far away»: they are only moved and clamped, never computed with. */
export type Element = number | typeof FREE | typeof DATA
export type Elements = readonly Element[] | typeof FREE | typeof DATA

/** What is known of a tensor before the graph runs. */
export interface Value {
  readonly dtype: Dtype
  /** Undefined when the input shapes decide even the rank. */
  readonly dims: Dims | undefined
  readonly elements: Elements
}

/** Larger tensors are data: shapes are computed from few numbers. */
export const MAX_TRACKED_ELEMENTS = 64

/** The largest int64, which Slice reads as «to the end»; no other integer becomes this number. */
export const INT64_MAX = 2 ** 63
const INT64_MAX_EXACT = 2n ** 63n - 1n
const FAR_AWAY = 2 ** 62

/** A 64-bit integer as an element. */
export function fromInt64(value: bigint): number {
  const number = Number(value)
  if (Number.isSafeInteger(number) || value === INT64_MAX_EXACT) return number
  return value < 0n ? -FAR_AWAY : FAR_AWAY
}

/** Whether every dimension is a number. */
export function isConcrete(dims: Dims | undefined): dims is Shape {
  if (dims === undefined) return false
  for (let i = 0; i < dims.length; i++) if (dims[i] === FREE) return false
  return true
}

/** Number of elements, or FREE when a dimension is. A dimension of 0 settles it. */
export function countOf(dims: Dims): Dim {
  if (isConcrete(dims)) return elementCount(dims)
  return dims.includes(0) ? 0 : FREE
}

/** Whether single elements of a tensor of these dimensions are worth following. */
export function isTracked(dims: Dims | undefined): dims is Shape {
  return isConcrete(dims) && elementCount(dims) <= MAX_TRACKED_ELEMENTS
}

/** Applies a function of numbers to dimensions; FREE in, FREE out. */
export function mapDims(apply: (...numbers: number[]) => number, ...dims: readonly Dim[]): Dim {
  for (const dim of dims) if (dim === FREE) return FREE
  return apply(...(dims as number[]))
}

/** What is known of each element: the list itself, or `count` times the common answer. */
export function elementList(elements: Elements, count: number): readonly Element[] {
  return typeof elements === 'string' ? new Array<Element>(count).fill(elements) : elements
}

const INTEGER_RANGES: Partial<Record<Dtype, readonly [number, number]>> = {
  [Dtype.uint8]: [0, 0xff],
  [Dtype.int8]: [-0x80, 0x7f],
  [Dtype.uint16]: [0, 0xffff],
  [Dtype.int16]: [-0x8000, 0x7fff],
  [Dtype.int32]: [-0x80000000, 0x7fffffff],
  [Dtype.uint32]: [0, 0xffffffff],
  [Dtype.int64]: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  [Dtype.uint64]: [0, Number.MAX_SAFE_INTEGER],
  [Dtype.bool]: [0, 1],
}

/**
 * A computed number as an element of this type, or DATA where this representation cannot be sure of
 * the engine's result: out of the type's range, beyond 2^53, not finite, or a half-precision float.
 */
export function toElement(dtype: Dtype, value: number): Element {
  if (dtype === Dtype.float32) return Number.isFinite(value) ? Math.fround(value) : DATA
  if (dtype === Dtype.float64) return Number.isFinite(value) ? value : DATA
  const range = INTEGER_RANGES[dtype]
  if (range === undefined || !Number.isInteger(value)) return DATA
  return value >= range[0] && value <= range[1] ? value : DATA
}

/** Whether an element may take part in arithmetic: an integer beyond 2^53 was rounded when it was read. */
export function isComputable(dtype: Dtype, element: number): boolean {
  return dtype === Dtype.float32 || dtype === Dtype.float64 || Number.isSafeInteger(element)
}
