import type { Lowering } from '../compile/lowering.js'

/** The largest over the spatial axes. */
export const lowerGlobalMaxPool: Lowering = (context) => {
  const x = context.narrow(0)
  const axes = x.shape.slice(2).map((_, i) => BigInt(i + 2))
  return [{ ...x, ...context.emitter.node('ReduceMax', [x], { axes, keepdims: 1n }) }]
}
