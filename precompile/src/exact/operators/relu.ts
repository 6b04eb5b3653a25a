import type { Lowering } from '../compile/lowering.js'

/** A clamp that is left to whoever asks for the value. */
export const lowerRelu: Lowering = (context) => {
  const x = context.input(0)
  const { low, high } = x.clamp
  return [{ ...x, clamp: { low: Math.max(0, low), high: Math.max(0, high) } }]
}
