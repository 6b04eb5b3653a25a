import { bytesToHex } from '@ethereumjs/util'
import { BaseError } from '@lockstep/precompile'
import type { Ledger } from '../ledger.js'
import type { Hex, SealedBlock } from '../node.js'
import { execute, parentOf, told } from './blockReads.js'
import { ReadRecorder } from './readRecorder.js'

/** What executing a block reads: with it, and the block, its state root can be computed without a database. */
export interface ExecutionWitness {
  /** Trie nodes, in RLP. The root of the state before the block is the first. */
  readonly state: readonly Hex[]
  readonly codes: readonly Hex[]
  /** Addresses and slots that were looked up. */
  readonly keys: readonly Hex[]
  /** Headers in RLP: that of the parent, and those from it down to the oldest whose hash was asked for. */
  readonly headers: readonly Hex[]
}

/** Thrown where a chain goes on from another, of whose tries this node has none. */
export class WitnessUnavailableError extends BaseError {
  override readonly name = 'WitnessUnavailableError'

  constructor() {
    super(
      'A fork has no witness of its blocks: the tries under its state are the remote chain’s.',
      {
        remedy: 'Ask a chain of its own: one started without --fork-url.',
      },
    )
  }
}

/**
 * Executes a block again, and keeps what it reads.
 * @param isLockstep whether the header commits to inferences.
 * @throws BlockNotFoundError for the first block, which nothing executed, and one that has left the chain.
 */
export async function witnessOf(
  ledger: Ledger,
  { block }: SealedBlock,
  isLockstep: boolean,
): Promise<ExecutionWitness> {
  const parent = parentOf(ledger, block)
  const reads = new ReadRecorder()
  await execute(ledger, block, isLockstep, reads)
  const { state, codes, headers } = await told(ledger, parent, reads)
  return { state, codes, keys: [...reads.keys.values()].map((key) => bytesToHex(key)), headers }
}
