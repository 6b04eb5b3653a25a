import { channelProduct } from '../compile/channels.js'
import type { Lowering } from '../compile/lowering.js'
import { convAttributes, resolvePads } from '../compile/window.js'

/** A convolution of narrow elements with weights around 128; the bias waits in the zeros. */
export const lowerConv: Lowering = (context) => {
  const { attributes } = context.node
  const [, , ...kernel] = context.inputShape(1)
  const [, , ...spatial] = context.inputShape(0)
  const window = convAttributes(attributes, kernel)
  const pads = resolvePads(attributes, spatial, window)
  return [
    channelProduct(context, context.narrow(0), {
      weights: context.requireConstant(1),
      biases: context.constant(2)?.values,
      group: attributes.int('group', 1),
      window: { ...window, pads },
    }),
  ]
}
