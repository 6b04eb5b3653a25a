import type { MinedTransaction, SealedBlock } from '../../node/node.js'
import { type Frame, framesOf } from '../../node/trace/frame.js'
import type { Trace } from '../../node/trace/trace.js'
import { toQuantity } from './quantity.js'
import { formatReceipt } from './receipt.js'

/** A receipt as Otterscan reads it beside a transaction. */
export function formatOtsReceipt(mined: MinedTransaction, sealed: SealedBlock) {
  return {
    ...formatReceipt(mined, sealed),
    timestamp: toQuantity(sealed.block.header.timestamp),
  }
}

/** The calls of an execution with their depth, each before the ones that it made. */
export function formatOtsTrace({ frame }: Trace) {
  const entries: ReturnType<typeof formatEntry>[] = []
  const waiting = [{ frame, depth: 0 }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { depth } = next
    entries.push(formatEntry(next.frame, depth))
    for (const call of next.frame.calls.toReversed())
      waiting.push({ frame: call, depth: depth + 1 })
  }
  return entries
}

function formatEntry({ type, from, to, value, input, output }: Frame, depth: number) {
  return { type, depth, from, to: to ?? null, value: toQuantity(value), input, output }
}

/** Ether that contracts moved, and contracts that they made and ended; the transaction's own call is none of it. */
export function formatInternalOperations({ frame }: Trace) {
  return [...framesOf(frame)].flatMap((entry) => {
    const type = entry === frame ? undefined : operationOf(entry)
    const { from, to, value } = entry
    return type === undefined ? [] : [{ type, from, to: to ?? null, value: toQuantity(value) }]
  })
}

/** The number that Otterscan has for what a call does with ether or contracts; undefined for one that does neither. */
function operationOf({ type, value }: Frame): number | undefined {
  if (type === 'CALL') return value > 0n ? 0 : undefined
  return { SELFDESTRUCT: 1, CREATE: 2, CREATE2: 3 }[type as string]
}
