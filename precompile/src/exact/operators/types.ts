import { Dtype } from '../../tensor.js'
import type { IntegerDtype } from '../tensor.js'

/** Every type that exact operators know: those that only move elements take all. */
export const ALL: readonly IntegerDtype[] = [
  Dtype.bool,
  Dtype.uint8,
  Dtype.int8,
  Dtype.int32,
  Dtype.int64,
]
/** Types that arithmetic has room in. */
export const WIDE: readonly IntegerDtype[] = [Dtype.int32, Dtype.int64]
export const BOOL: readonly IntegerDtype[] = [Dtype.bool]
/** All but bool. */
export const NUMBERS: readonly IntegerDtype[] = [Dtype.uint8, Dtype.int8, Dtype.int32, Dtype.int64]
