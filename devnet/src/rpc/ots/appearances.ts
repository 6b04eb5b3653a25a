import type { Hex, MinedTransaction, Node, SealedBlock } from '../../node/node.js'
import { framesOf } from '../../node/trace/frame.js'
import { isCreation } from '../../node/trace/openFrame.js'
import type { Trace } from '../../node/trace/trace.js'

/** Who took part in a transaction. */
export interface Appearance {
  readonly mined: MinedTransaction
  /** Everybody who called, was called, made, or given what a contract left. */
  readonly addresses: ReadonlySet<Hex>
  /** Who made which contract; the last one where it was made twice. */
  readonly creators: ReadonlyMap<Hex, Hex>
}

/** What is known of blocks, as long as somebody keeps them: tracing them again would be dear. */
const known = new WeakMap<SealedBlock, Promise<readonly Appearance[]>>()

/** Who took part in each transaction of a block. @throws TraceLimitError */
export function appearancesIn(node: Node, sealed: SealedBlock): Promise<readonly Appearance[]> {
  const found = known.get(sealed) ?? appearances(node, sealed)
  known.set(sealed, found)
  found.catch(() => known.delete(sealed))
  return found
}

async function appearances(node: Node, sealed: SealedBlock): Promise<Appearance[]> {
  const traces = await node.traceBlock(sealed, {})
  return sealed.transactions.map((mined, index) => appearance(mined, traces[index] as Trace))
}

function appearance(mined: MinedTransaction, { frame }: Trace): Appearance {
  const addresses = new Set<Hex>()
  const creators = new Map<Hex, Hex>()
  for (const { type, from, to, error } of framesOf(frame)) {
    addresses.add(from)
    if (to) addresses.add(to)
    if (to && isCreation(type) && error === undefined) creators.set(to, from)
  }
  return { mined, addresses, creators }
}
