import type { Hex } from '../../../node/node.js'
import { type Frame, framesOf } from '../../../node/trace/frame.js'

/** Contracts that an execution made. */
export function createdBy(frame: Frame): ReadonlySet<Hex> {
  const created = new Set<Hex>()
  for (const { type, to, error } of framesOf(frame)) {
    if (error === undefined && to && (type === 'CREATE' || type === 'CREATE2')) created.add(to)
  }
  return created
}
