import type { Lowering } from '../compile/lowering.js'

/** MaxPool with one window over all. */
export const lowerGlobalMaxPool: Lowering = (context) => {
  const x = context.narrow(0)
  const kernel = x.shape.slice(2).map(BigInt)
  return [{ ...x, ...context.emitter.node('MaxPool', [x], { kernel_shape: kernel }) }]
}
