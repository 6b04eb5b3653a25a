import type { Block } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { bytesToHex } from '@ethereumjs/util'
import { BaseError } from '@lockstep/precompile'
import { emptyDatabase, OverlayDatabase } from '../database.js'
import { applyEdits } from '../edits/apply.js'
import { BlockNotFoundError } from '../errors.js'
import type { Fork } from '../fork/fork.js'
import { writeForkState } from '../fork/forkGenesis.js'
import type { RecordedAccount } from '../fork/recordedState.js'
import type { GenesisOptions } from '../genesis.js'
import { UnexecutableBlockError } from '../import/errors.js'
import { type ExecutedBlock, executeBlock } from '../import/executeBlock.js'
import type { Ledger } from '../ledger.js'
import type { Hex, SealedBlock } from '../node.js'
import { openState } from '../openState.js'
import { codePrefix, isTrieNode } from '../stateKeys.js'
import { ReadRecorder } from './readRecorder.js'

/** What a chain reads of a state on which it goes on with a block. */
export interface BlockReads {
  /** Of the state that the block stands on. */
  readonly stateRoot: Hex
  /** Trie nodes, in RLP. */
  readonly state: readonly Hex[]
  readonly codes: readonly Hex[]
  /** Headers in RLP: that of the parent, and those from it down to the oldest whose hash was asked for. */
  readonly headers: readonly Hex[]
  /** What is read of a forked chain, where this one is a fork: then the others are of what differs from it. */
  readonly forked?: ForkedReads
}

/** What is read of the chain that another one forks. */
export interface ForkedReads {
  readonly accounts: readonly RecordedAccount[]
  /** Hashes of its blocks, by their number, that were asked for. */
  readonly hashes: readonly (readonly [number: bigint, hash: Hex])[]
}

/** Thrown for a block that is on the chain, and was not executed here: one that was loaded with a state. */
export class BlockNotExecutedError extends BaseError {
  override readonly name = 'BlockNotExecutedError'

  constructor(number: bigint, options: { cause?: unknown } = {}) {
    super(`Block ${number} was loaded: executing it gives another block.`, {
      remedy: 'Ask for one that was sealed or imported here, after the state was loaded.',
      ...options,
    })
  }
}

/**
 * Executes a block of the chain again, does what was done to the state after it without a block, and keeps what
 * both read.
 * @param isLockstep whether the header commits to inferences.
 * @throws BlockNotFoundError for the first block, BlockNotExecutedError, StateUnknownError
 */
export async function readsOf(
  ledger: Ledger,
  sealed: SealedBlock,
  isLockstep: boolean,
): Promise<BlockReads> {
  const { block } = sealed
  const parent = parentOf(ledger, block)
  const reads = new ReadRecorder()
  const { differences } = await execute(ledger, block, isLockstep, reads).catch((cause) => {
    if (!(cause instanceof UnexecutableBlockError)) throw cause
    throw new BlockNotExecutedError(block.header.number, { cause })
  })
  if (differences.length > 0) throw new BlockNotExecutedError(block.header.number)
  await readEdits(ledger, sealed, reads)
  return told(ledger, parent, reads)
}

/**
 * What a fork reads of the forked chain before its first block: of the accounts that are its own, and of those that
 * were edited then.
 */
export async function readsOfFork(
  ledger: Ledger,
  fork: Fork,
  alloc: GenesisOptions['alloc'],
  common: Common,
): Promise<BlockReads> {
  const reads = new ReadRecorder()
  const state = reads.overForked(fork.state)
  await writeForkState(
    { state, base: fork.base },
    alloc,
    common,
    new OverlayDatabase(emptyDatabase),
  )
  const { genesis } = ledger.chain
  await readEdits(ledger, genesis, reads)
  return told(ledger, genesis, reads)
}

/**
 * Executes a block on the head, as far as that goes, and keeps what it reads.
 * @throws NodeFaultError
 */
export async function readsOfNext(
  ledger: Ledger,
  block: Block,
  isLockstep: boolean,
): Promise<BlockReads> {
  const parent = parentOf(ledger, block)
  const reads = new ReadRecorder()
  await execute(ledger, block, isLockstep, reads).catch((error) => {
    if (!(error instanceof UnexecutableBlockError)) throw error
  })
  return told(ledger, parent, reads)
}

/** @throws BlockNotFoundError */
export function parentOf(ledger: Ledger, { header }: Block): SealedBlock {
  const id = { hash: bytesToHex(header.parentHash) }
  const parent = ledger.chain.block(id)
  if (!parent) throw new BlockNotFoundError(id)
  return parent
}

/** Executes a block on the state after its parent, and tells an observer what that reads. */
export async function execute(
  ledger: Ledger,
  block: Block,
  isLockstep: boolean,
  reads: ReadRecorder,
): Promise<ExecutedBlock> {
  const root = ledger.chain.stateRoot(parentOf(ledger, block))
  const view = await ledger.view(root, block.common, reads)
  // No other client goes on from a forked chain's state of which it has no trie.
  const readsAll = ledger.forked === undefined
  return executeBlock(view, block, { isLockstep, readsAll })
}

async function toldOfFork(
  { chain }: Ledger,
  { forked, ancestors }: ReadRecorder,
): Promise<ForkedReads | undefined> {
  if (!forked) return undefined
  const before = [...ancestors].filter((number) => number < chain.genesis.block.header.number)
  const hashes = await Promise.all(
    before.map(async (number) => [number, bytesToHex(await chain.hashAt(number))] as const),
  )
  return { accounts: forked.accounts, hashes }
}

/** The headers from a block down to another one. */
function headersDown(ledger: Ledger, from: SealedBlock, to: bigint | undefined): Hex[] {
  const headers = [bytesToHex(from.block.header.serialize())]
  for (let height = from.block.header.number - 1n; to !== undefined && height >= to; height--) {
    const sealed = ledger.chain.block(height)
    if (!sealed) break
    headers.push(bytesToHex(sealed.block.header.serialize()))
  }
  return headers
}

async function readEdits(ledger: Ledger, sealed: SealedBlock, reads: ReadRecorder): Promise<void> {
  const edits = ledger.editsAfter(sealed)
  if (Object.keys(edits).length === 0) return
  const isFirst = sealed.hash === ledger.chain.genesis.hash
  const root = isFirst ? ledger.chain.firstRoot : sealed.block.header.stateRoot
  const database = new OverlayDatabase(reads.over(ledger.states))
  const { common } = sealed.block
  const remote = ledger.forked && reads.overForked(ledger.forked)
  const state = openState({ database, root, common, remote })
  await applyEdits(state, edits)
  await state.getStateRoot()
}

/** What was read, as others are told of it. */
export async function told(
  ledger: Ledger,
  parent: SealedBlock,
  reads: ReadRecorder,
): Promise<BlockReads> {
  const forked = await toldOfFork(ledger, reads)
  const rows = [...reads.rows]
  return {
    stateRoot: bytesToHex(ledger.chain.stateRoot(parent)),
    state: rows.filter(([key]) => isTrieNode(key)).map(([, row]) => bytesToHex(row)),
    codes: rows.filter(([key]) => key.startsWith(codePrefix)).map(([, row]) => bytesToHex(row)),
    headers: headersDown(ledger, parent, reads.lowestAncestor),
    ...(forked && { forked }),
  }
}
