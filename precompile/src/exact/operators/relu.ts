import type { Lowering } from '../compile/lowering.js'
import { clampedTo } from '../compile/quantised.js'

/** A clamp that is left to whoever asks for the value. */
export const lowerRelu: Lowering = (context) => [
  clampedTo(context.input(0), 0, Number.POSITIVE_INFINITY),
]
