import type { Lowering } from '../compile/lowering.js'
import { fine, lookUp } from '../compile/table.js'

/** gamma · x, or gamma · alpha · (e^x − 1) below zero. */
export const lowerSelu: Lowering = (context) => {
  const { attributes } = context.node
  const alpha = attributes.float('alpha', 1.6732631921768188)
  const gamma = attributes.float('gamma', 1.0507010221481323)
  const apply = (x: number) => gamma * (x < 0 ? alpha * Math.expm1(x) : x)
  return [lookUp(context, fine(context, 0), apply)]
}
