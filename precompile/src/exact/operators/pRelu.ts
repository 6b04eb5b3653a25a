import { channelConstant } from '../compile/affine.js'
import { bentAtZero } from '../compile/bent.js'
import type { Lowering } from '../compile/lowering.js'

export const lowerPRelu: Lowering = (context) => {
  const slopes = channelConstant(context.requireConstant(1), context.inputShape(0))
  return [bentAtZero(context, slopes ?? context.refuse('its slopes differ along several axes'))]
}
