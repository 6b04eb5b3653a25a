import { Dtype } from '../../tensor.js'

/** float32 and float16, which the engine computes in float32. */
export const SINGLE = [Dtype.float16, Dtype.float32] as const
export const FLOATS = [...SINGLE, Dtype.float64] as const
export const SIGNED = [Dtype.int8, Dtype.int16, Dtype.int32, Dtype.int64] as const
export const UNSIGNED = [Dtype.uint8, Dtype.uint16, Dtype.uint32, Dtype.uint64] as const
export const INTEGERS = [...SIGNED, ...UNSIGNED] as const
export const BYTES = [Dtype.uint8, Dtype.int8] as const
export const SHORTS = [Dtype.uint16, Dtype.int16] as const
/** Integers of 32 and 64 bits. */
export const WIDE_SIGNED = [Dtype.int32, Dtype.int64] as const
export const WIDE = [...WIDE_SIGNED, Dtype.uint32, Dtype.uint64] as const
export const NUMBERS = [...FLOATS, ...INTEGERS] as const
export const ANY = [...NUMBERS, Dtype.bool] as const
export const BOOL = [Dtype.bool] as const
/** Index types. */
export const INDEX = { 1: WIDE_SIGNED } as const
