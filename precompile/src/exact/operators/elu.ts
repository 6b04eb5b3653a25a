import type { Lowering } from '../compile/lowering.js'
import { fine, lookUp } from '../compile/table.js'

/** x, or alpha · (e^x − 1) below zero. */
export const lowerElu: Lowering = (context) => {
  const alpha = context.node.attributes.float('alpha', 1)
  return [lookUp(context, fine(context, 0), (x) => (x < 0 ? alpha * Math.expm1(x) : x))]
}
