import { bytesToHex } from '@ethereumjs/util'
import { BlockNotFoundError } from './errors.js'
import type { BlockId, Hex, MinedTransaction, SealedBlock } from './node.js'

/** Where a mined transaction is. */
export interface TransactionLocation {
  readonly mined: MinedTransaction
  readonly in: SealedBlock
}

/** How a chain starts that goes on from another one. */
export interface ChainStart {
  /** Root of the first state. Default: that of the first block's header. */
  readonly root?: Uint8Array
  /** Hash of a block before the first. Default: there is none. */
  readonly ancestor?: (number: bigint) => Promise<Uint8Array>
}

/**
 * The sealed blocks, and the state after each. The state after a block is that of its header,
 * until somebody changes it without a block.
 */
export class Chain {
  private readonly blocks: SealedBlock[]
  private readonly roots: Uint8Array[]
  private readonly byHash = new Map<Hex, SealedBlock>()
  private readonly locations = new Map<Hex, TransactionLocation>()
  /** Changes whenever the state after the head does. */
  version = 0

  constructor(
    readonly genesis: SealedBlock,
    private readonly start: ChainStart = {},
  ) {
    this.blocks = [genesis]
    this.roots = [this.firstRoot]
    this.byHash.set(genesis.hash, genesis)
  }

  /** Root of the state that the chain started with. */
  get firstRoot(): Uint8Array {
    return this.start.root ?? this.genesis.block.header.stateRoot
  }

  get head(): SealedBlock {
    return this.blocks[this.blocks.length - 1] as SealedBlock
  }

  /** The block under a name; `pending` is not on the chain. */
  block(id: Exclude<BlockId, 'pending'>): SealedBlock | undefined {
    if (typeof id === 'bigint') return this.blocks[this.position(id)]
    if (typeof id === 'object') return this.byHash.get(id.hash.toLowerCase() as Hex)
    return id === 'earliest' ? this.genesis : this.head
  }

  /**
   * Root of the state after a block.
   * @throws BlockNotFoundError
   */
  stateRoot(block: SealedBlock): Uint8Array {
    const root = this.roots[this.position(block.block.header.number)]
    if (!root || this.byHash.get(block.hash) !== block) {
      throw new BlockNotFoundError({ hash: block.hash })
    }
    return root
  }

  /** Replaces the state after the head. */
  setHeadState(root: Uint8Array): void {
    this.roots[this.roots.length - 1] = root
    this.version++
  }

  transaction(hash: Hex): TransactionLocation | undefined {
    return this.locations.get(hash.toLowerCase() as Hex)
  }

  /** Work behind the head, itself included. */
  totalDifficulty(): bigint {
    return this.blocks.reduce((total, { block }) => total + block.header.difficulty, 0n)
  }

  /** Hash of a block, for BLOCKHASH: zeros where there is none. */
  async hashAt(number: bigint): Promise<Uint8Array> {
    const known = this.blocks[this.position(number)]?.block.hash()
    if (known) return known
    const isBefore = number < this.genesis.block.header.number
    return (isBefore && (await this.start.ancestor?.(number))) || new Uint8Array(32)
  }

  append(block: SealedBlock): void {
    this.version++
    this.blocks.push(block)
    this.roots.push(block.block.header.stateRoot)
    this.byHash.set(block.hash, block)
    for (const mined of block.transactions) this.locations.set(mined.hash, { mined, in: block })
  }

  /** Takes every block above `height` off the chain, and returns them, newest first. */
  unwind(height: bigint): SealedBlock[] {
    this.version++
    const kept = this.position(height) + 1
    const removed = this.blocks.splice(kept)
    this.roots.splice(kept)
    for (const block of removed) {
      this.byHash.delete(block.hash)
      for (const { hash } of block.transactions) this.locations.delete(hash)
    }
    return removed.reverse()
  }

  private position(number: bigint): number {
    return Number(number - this.genesis.block.header.number)
  }
}

/** The block as the chain keeps it, when no transaction made it. */
export function sealedWithoutTransactions(block: SealedBlock['block']): SealedBlock {
  return { hash: bytesToHex(block.hash()), block, transactions: [], inferences: [] }
}
