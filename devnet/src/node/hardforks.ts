import type { Hex } from './node.js'

/** When a hardfork comes: at a block, at a time, or, for Paris alone, when the chain's total difficulty is reached. */
export interface Fork {
  readonly name: string
  readonly block?: bigint
  /** Seconds. */
  readonly timestamp?: bigint
}

/** Blobs of a block, and how fast their price moves (EIP-7840). */
export interface BlobLimits {
  readonly target: number
  readonly max: number
  readonly baseFeeUpdateFraction: number
}

/** Which rules a chain follows, and from where on. */
export interface ForkSchedule {
  readonly chainId: number
  /** Oldest first. */
  readonly forks: readonly Fork[]
  /** By the hardfork that brings them; a hardfork without an entry has its own, or those before it. */
  readonly blobs: Readonly<Record<string, BlobLimits>>
  /** Its events are requests of the block (EIP-6110). */
  readonly depositContract: Hex
  /** Bytes that a contract may have, where that is not what the hardfork allows. */
  readonly codeSizeLimit?: bigint
  /** Whether blocks before Paris were mined, and pay who mined them. */
  readonly proofOfWork: boolean
  /** Where networks parted at the merge: changes no rule, but the id of the forks (EIP-2124). */
  readonly netsplitBlock?: bigint
  /** Total difficulty after which no block is mined. */
  readonly terminalTotalDifficulty?: bigint
}

/** Where a block stands among the forks. */
export interface ForkPosition {
  readonly number: bigint
  readonly timestamp: bigint
  /** Whether the chain before the block has reached its terminal total difficulty. */
  readonly isMerged: boolean
}

/** The newest hardfork whose rules hold for a block. */
export function hardforkAt(schedule: ForkSchedule, position: ForkPosition): string {
  let current = 'chainstart'
  for (const fork of schedule.forks) if (isActive(fork, position)) current = fork.name
  return current
}

/** The hardforks that come by time, or with the merge, do not come before it. */
function isActive({ block, timestamp }: Fork, position: ForkPosition): boolean {
  if (block !== undefined) return position.number >= block
  if (!position.isMerged) return false
  return timestamp === undefined || position.timestamp >= timestamp
}
