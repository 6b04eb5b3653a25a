import type { Hex } from '../../node/node.js'

/** The first place where executing a bundle gave something else than it records. */
export interface Divergence {
  /** What differs: `output`, `gas of the inference`, `state root`. */
  readonly what: string
  /** Undefined where the chain differs before its first block. */
  readonly block?: { readonly number: bigint; readonly hash: Hex }
  readonly transaction?: { readonly index: number; readonly hash: Hex }
  readonly call?: CallPlace
  readonly element?: ElementPlace
  readonly recorded: string
  readonly executed: string
}

/** A call of the inference precompile within a transaction. */
export interface CallPlace {
  /** Order within the transaction, reverted frames included. */
  readonly index: number
  readonly depth: number
  readonly caller: Hex
  readonly model: Hex
}

/** An element of a tensor. */
export interface ElementPlace {
  /** Position of the tensor among the inputs or outputs, and its name in the graph where that is known. */
  readonly tensor: number
  readonly name?: string
  /** In row-major order. */
  readonly index: number
  /** Elements that differ, this one included. */
  readonly differing: number
  /** The bits of both values, the sign first. */
  readonly recordedBits: string
  readonly executedBits: string
}

/** One line a fact, as people read it. */
export function describeDivergence(divergence: Divergence): string[] {
  const { what, block, transaction, call, element, recorded, executed } = divergence
  const lines: [label: string, text: string][] = [['what', what]]
  lines.push(['block', block ? `${block.number} ${block.hash}` : 'before the first'])
  if (transaction) lines.push(['transaction', `${transaction.index} ${transaction.hash}`])
  if (call) {
    lines.push(['call', `${call.index} at depth ${call.depth}, from ${call.caller}`])
    lines.push(['model', call.model])
  }
  if (element) {
    const named = element.name === undefined ? '' : ` (${element.name})`
    const others = element.differing > 1 ? `, the first of ${element.differing} that differ` : ''
    lines.push(['tensor', `${element.tensor}${named}`])
    lines.push(['element', `${element.index}${others}`])
  }
  const bits = (text: string | undefined) => (text === undefined ? '' : `  ${text}`)
  lines.push(['recorded', `${recorded}${bits(element?.recordedBits)}`])
  lines.push(['executed', `${executed}${bits(element?.executedBits)}`])
  const width = Math.max(...lines.map(([label]) => label.length))
  return lines.map(([label, text]) => `${label.padEnd(width)}  ${text}`)
}
