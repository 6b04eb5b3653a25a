import type { BlockHeader } from '@ethereumjs/block'
import { BlockNotFoundError } from './errors.js'
import type { Ledger } from './ledger.js'
import { type Lend, lendNew } from './lentViews.js'
import type { Miner } from './miner.js'
import type { BlockId, SealedBlock } from './node.js'
import type { ChainState } from './state.js'
import type { View } from './view.js'

/** A block, and the state after it, from where things are read and called. */
export interface Standpoint {
  readonly header: BlockHeader
  /** Opens a view; each call to it gives another. */
  open(): Promise<View>
  /** Runs something under a checkpoint that nobody commits: what it writes never reaches a trie, and is not hashed. */
  lend: Lend
  read(): ChainState
}

/** The block under a name; the pending one is built on the spot. Undefined when there is none. */
export async function findBlock(
  ledger: Ledger,
  miner: Miner,
  id: BlockId,
): Promise<SealedBlock | undefined> {
  return id === 'pending' ? (await miner.pending()).block : ledger.chain.block(id)
}

/** @throws BlockNotFoundError */
export async function standOn(ledger: Ledger, miner: Miner, id: BlockId): Promise<Standpoint> {
  if (id === 'pending') {
    const { block, view } = await miner.pending()
    const open = () => view.fork()
    return { header: block.block.header, open, lend: lendNew(open), read: () => view.state }
  }
  const block = ledger.chain.block(id)
  if (!block) throw new BlockNotFoundError(id)
  const root = ledger.chain.stateRoot(block)
  const common = ledger.rulesOf(block.block.header)
  return {
    header: block.block.header,
    open: () => ledger.view(root, common),
    lend: (use) => ledger.lent.lend(root, common, use),
    read: () => ledger.read(root),
  }
}
