import { stepsOf } from '../../../node/trace/frame.js'
import { handedOn } from '../../../node/trace/openFrame.js'
import type { Trace } from '../../../node/trace/trace.js'

/** How often each opcode ran, and the gas that it took itself: what calls and creations hand on is not theirs. */
export function formatOpcodeGas({ frame }: Trace) {
  const totals = new Map<string, { count: number; gasUsed: bigint }>()
  for (const { op, cost, sub } of stepsOf(frame)) {
    const total = totals.get(op) ?? { count: 0, gasUsed: 0n }
    total.count++
    total.gasUsed += sub ? cost - handedOn(sub) : cost
    totals.set(op, total)
  }
  return [...totals].map(([opcode, { count, gasUsed }]) => ({
    opcode,
    count,
    gasUsed: Number(gasUsed),
  }))
}
