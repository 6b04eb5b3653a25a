import {
  bigIntToUnpaddedBytes,
  bytesToBigInt,
  bytesToHex,
  concatBytes,
  hexToBytes,
  setLengthLeft,
} from '@ethereumjs/util'
import { LRUCache } from 'lru-cache'
import { BlockNotFoundError, StateUnknownError } from './errors.js'
import type { BlockId, Hex, MinedTransaction, SealedBlock } from './node.js'
import { decodeBlock, encodeBlock, type RulesOf } from './storage/blockRow.js'
import { keyOf } from './storage/keys.js'
import type { Row, Store } from './storage/store.js'

/** Where a mined transaction is. */
export interface TransactionLocation {
  readonly mined: MinedTransaction
  readonly in: SealedBlock
}

/** Where a chain keeps its blocks, and how it starts. */
export interface ChainSource {
  readonly store: Store
  readonly rulesOf: RulesOf
  /** The first block. */
  readonly genesis: SealedBlock
  /** Root of the first state. Default: that of the first block's header. */
  readonly root?: Uint8Array
  /** Hash of a block before the first. Default: there is none. */
  readonly ancestor?: (number: bigint) => Promise<Uint8Array>
}

/** A block that was made elsewhere. */
export interface RestoredBlock {
  readonly sealed: SealedBlock
  /** Root of the state after it, where that is known. */
  readonly root?: Uint8Array
}

/** How often any chain of this process changed. */
let changes = 0

/** Bytes and number of the blocks that are kept at hand. */
const cachedBytes = 2 * 1024 * 1024
const cachedBlocks = 256

/**
 * The sealed blocks, and the state after each. The state after a block is that of its header,
 * until somebody changes it without a block. Rows above the head are of a chain that was unwound: nothing reads them.
 */
export class Chain {
  private readonly byHeight = new LRUCache<bigint, SealedBlock>({
    max: cachedBlocks,
    maxSize: cachedBytes,
  })
  /** Changes whenever the state after the head does; no two chains ever have the same. */
  version = ++changes

  private constructor(
    private readonly source: ChainSource,
    private tip: SealedBlock,
    private tipRoot: Uint8Array,
  ) {}

  /**
   * Starts a chain.
   * @param rows what is written with its first block.
   * @throws StorageError
   */
  static async create(source: ChainSource, rows: readonly Row[]): Promise<Chain> {
    const { store, genesis } = source
    const chain = new Chain(source, genesis, firstRootOf(source))
    const { difficulty } = genesis.block.header
    await store.write([...rows, ...indexRows(genesis, chain.firstRoot, difficulty)])
    return chain
  }

  /** Goes on with a chain that the store holds up to `height`. Undefined where it does not. */
  static open(source: ChainSource, height: bigint): Chain | undefined {
    const { store, rulesOf, genesis } = source
    const root = store.get(keyOf.stateRoot(height))
    if (height === genesis.block.header.number) return root && new Chain(source, genesis, root)
    const row = store.get(keyOf.block(height))
    return root && row && new Chain(source, decodeBlock(row, rulesOf), root)
  }

  get genesis(): SealedBlock {
    return this.source.genesis
  }

  /** Root of the state that the chain started with. */
  get firstRoot(): Uint8Array {
    return firstRootOf(this.source)
  }

  get head(): SealedBlock {
    return this.tip
  }

  /** The block under a name; `pending` is not on the chain. */
  block(id: Exclude<BlockId, 'pending'>): SealedBlock | undefined {
    if (typeof id === 'bigint') return this.at(id)
    if (typeof id === 'object') return this.withHash(id.hash.toLowerCase() as Hex)
    return id === 'earliest' ? this.genesis : this.head
  }

  /** The blocks above a height, newest first. */
  above(height: bigint): SealedBlock[] {
    const blocks: SealedBlock[] = []
    for (let number = this.tip.block.header.number; number > height; number--) {
      const block = this.at(number)
      if (block) blocks.push(block)
    }
    return blocks
  }

  /**
   * Root of the state after a block.
   * @throws BlockNotFoundError, StateUnknownError
   */
  stateRoot(block: SealedBlock): Uint8Array {
    if (block.hash === this.tip.hash) return this.tipRoot
    const height = block.block.header.number
    if (this.at(height)?.hash !== block.hash) throw new BlockNotFoundError({ hash: block.hash })
    const root = this.knownStateRoot(height)
    if (!root) throw new StateUnknownError(height)
    return root
  }

  /** Root of the state after the block at a height; undefined where nobody told it. */
  knownStateRoot(height: bigint): Uint8Array | undefined {
    if (height === this.tip.block.header.number) return this.tipRoot
    const root = this.source.store.get(keyOf.stateRoot(height))
    return root && root.length > 0 ? root : undefined
  }

  transaction(hash: Hex): TransactionLocation | undefined {
    const location = this.source.store.get(keyOf.transaction(hash))
    if (!location) return undefined
    const sealed = this.at(bytesToBigInt(location.subarray(0, heightBytes)))
    const mined = sealed?.transactions[Number(bytesToBigInt(location.subarray(heightBytes)))]
    return sealed && mined?.hash === hash.toLowerCase() ? { mined, in: sealed } : undefined
  }

  /** Work behind the head, itself included. */
  totalDifficulty(): bigint {
    const row = this.source.store.get(keyOf.totalDifficulty(this.tip.block.header.number))
    return row ? bytesToBigInt(row) : 0n
  }

  /** Hash of a block, for BLOCKHASH: zeros where there is none. */
  async hashAt(number: bigint): Promise<Uint8Array> {
    const known = this.at(number)
    if (known) return hexToBytes(known.hash)
    const isBefore = number < this.genesis.block.header.number
    return (isBefore && (await this.source.ancestor?.(number))) || new Uint8Array(32)
  }

  /**
   * Puts a block on the head.
   * @param rows what is written with it.
   * @throws StorageError; the chain is what it was.
   */
  async append(block: SealedBlock, rows: readonly Row[]): Promise<void> {
    const root = block.block.header.stateRoot
    const height = block.block.header.number
    const encoded = encodeBlock(block)
    const total = this.totalDifficulty() + block.block.header.difficulty
    const own: Row[] = [[keyOf.block(height), encoded], ...indexRows(block, root, total)]
    await this.source.store.write([...rows, ...own])
    this.byHeight.set(height, block, { size: encoded.length })
    this.moveTo(block, root)
  }

  /**
   * Replaces the state after the head.
   * @param rows what is written with it.
   * @throws StorageError
   */
  async setHeadState(root: Uint8Array, rows: readonly Row[]): Promise<void> {
    const height = this.tip.block.header.number
    await this.source.store.write([...rows, [keyOf.stateRoot(height), root]])
    this.moveTo(this.tip, root)
  }

  /**
   * Takes every block above `kept` off the chain, and lets the state after it be the one with `root`.
   * @param rows what is written with it.
   * @returns the blocks, newest first.
   * @throws StorageError; the chain is what it was.
   */
  async unwind(kept: SealedBlock, root: Uint8Array, rows: readonly Row[]): Promise<SealedBlock[]> {
    const height = kept.block.header.number
    const removed = this.above(height)
    await this.source.store.write([...rows, [keyOf.stateRoot(height), root]])
    for (const { block } of removed) this.byHeight.delete(block.header.number)
    this.moveTo(kept, root)
    return removed
  }

  /**
   * The chain that blocks from elsewhere lead to. Where they follow no block of this one, the first of them is its first.
   * @param blocks oldest first, at least one.
   * @param root of the state after the last of them.
   * @param rows what is written with them.
   * @throws StorageError; the store holds this chain.
   */
  async replace(
    blocks: readonly [RestoredBlock, ...RestoredBlock[]],
    root: Uint8Array,
    rows: readonly Row[],
  ): Promise<Chain> {
    const first = blocks[0]
    const last = blocks.at(-1) ?? first
    const { number, parentHash } = first.sealed.block.header
    const follows = this.at(number - 1n)?.hash === bytesToHex(parentHash)
    const isJoined = follows || this.at(number)?.hash === first.sealed.hash
    const source = isJoined ? this.source : { ...this.source, genesis: first.sealed }
    const before = follows ? this.source.store.get(keyOf.totalDifficulty(number - 1n)) : undefined
    let total = before ? bytesToBigInt(before) : 0n
    const own: Row[] = isJoined ? [] : [[keyOf.first, placeOf(number)]]
    for (const { sealed, root: known = unknownRoot } of blocks) {
      const { header } = sealed.block
      total += header.difficulty
      own.push([keyOf.block(header.number), encodeBlock(sealed)])
      own.push(...indexRows(sealed, sealed === last.sealed ? root : known, total))
    }
    await this.source.store.write([...rows, ...own])
    return new Chain(source, last.sealed, root)
  }

  private moveTo(block: SealedBlock, root: Uint8Array): void {
    this.version = ++changes
    this.tip = block
    this.tipRoot = root
  }

  private withHash(hash: Hex): SealedBlock | undefined {
    const height = this.source.store.get(keyOf.height(hash))
    const block = height && this.at(bytesToBigInt(height))
    return block?.hash === hash ? block : undefined
  }

  private at(height: bigint): SealedBlock | undefined {
    const { store, rulesOf, genesis } = this.source
    const first = genesis.block.header.number
    const last = this.tip.block.header.number
    if (height === last) return this.tip
    if (height === first) return genesis
    if (height < first || height > last) return undefined
    const cached = this.byHeight.get(height)
    if (cached) return cached
    const row = store.get(keyOf.block(height))
    if (!row) return undefined
    const stored = decodeBlock(row, rulesOf)
    this.byHeight.set(height, stored, { size: row.length })
    return stored
  }
}

function firstRootOf({ genesis, root }: ChainSource): Uint8Array {
  return root ?? genesis.block.header.stateRoot
}

const heightBytes = 8
const indexBytes = 4
/** Stands in the place of a root that nobody told. */
const unknownRoot = new Uint8Array()

function placeOf(height: bigint): Uint8Array {
  return setLengthLeft(bigIntToUnpaddedBytes(height), heightBytes)
}

/** The first block of a chain that was restored; undefined where the chain starts at its genesis. */
export function restoredGenesis(store: Store, rulesOf: RulesOf): SealedBlock | undefined {
  const first = store.get(keyOf.first)
  const row = first?.length ? store.get(keyOf.block(bytesToBigInt(first))) : undefined
  return row && decodeBlock(row, rulesOf)
}

/** The row that lets a chain start at its genesis again. */
export const atGenesis: Row = [keyOf.first, new Uint8Array()]

/** Rows by which a block, its transactions and the state after it are found. */
function indexRows(sealed: SealedBlock, root: Uint8Array, totalDifficulty: bigint): Row[] {
  const height = sealed.block.header.number
  const place = placeOf(height)
  return [
    [keyOf.stateRoot(height), root],
    [keyOf.totalDifficulty(height), bigIntToUnpaddedBytes(totalDifficulty)],
    [keyOf.height(sealed.hash), place],
    ...sealed.transactions.map(
      ({ hash, index }): Row => [
        keyOf.transaction(hash),
        concatBytes(place, setLengthLeft(bigIntToUnpaddedBytes(BigInt(index)), indexBytes)),
      ],
    ),
  ]
}

/** The block as the chain keeps it, when no transaction made it. */
export function sealedWithoutTransactions(block: SealedBlock['block']): SealedBlock {
  return { hash: bytesToHex(block.hash()), block, transactions: [], inferences: [] }
}
