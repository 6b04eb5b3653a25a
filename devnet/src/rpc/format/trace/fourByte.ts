import { framesOf } from '../../../node/trace/frame.js'
import type { Trace } from '../../../node/trace/trace.js'

/** How often each selector was called with each size of arguments, as geth's `4byteTracer` counts. */
export function formatFourByte({ frame }: Trace): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { type, input } of framesOf(frame)) {
    if (type === 'CREATE' || type === 'CREATE2' || input.length < 10) continue
    const key = `${input.slice(0, 10)}-${(input.length - 10) / 2}`
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}
