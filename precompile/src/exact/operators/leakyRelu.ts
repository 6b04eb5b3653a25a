import { bentAtZero } from '../compile/bent.js'
import type { Lowering } from '../compile/lowering.js'

export const lowerLeakyRelu: Lowering = (context) => [
  bentAtZero(context, { axis: 0, values: [context.node.attributes.float('alpha', 0.01)] }),
]
