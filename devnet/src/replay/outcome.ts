import type { EngineName } from '@lockstep/precompile'
import type { BlockReads } from '../node/witness/blockReads.js'
import type { Execution } from './execute.js'

/** What came of a bundle on one engine, or on another client. */
export type EngineOutcome = { readonly engine: EngineName | 'anvil' } & (
  | { readonly status: 'same' | 'diverged'; readonly execution: Execution }
  /** The machine lacks the engine, or it is wrong there; or it, or the machine, failed meanwhile. */
  | { readonly status: 'unavailable' | 'failed'; readonly reason: string }
)

/** What came of a bundle. */
export interface ReplayOutcome {
  readonly bundle: string
  readonly blocks: number
  readonly engines: readonly EngineOutcome[]
  /** Where a bundle was written that holds no more than what it takes to see the divergence. */
  readonly minimal?: string
}

/**
 * Whether everything came out as recorded on every engine that was asked for.
 * @param mayLack whether the machine may lack engines, if it has one.
 */
export function isSame({ engines }: ReplayOutcome, mayLack = false): boolean {
  const counted = engines.filter(({ status }) => !mayLack || status !== 'unavailable')
  return counted.length > 0 && counted.every(({ status }) => status === 'same')
}

/** What a process that replays tells the one that started it. */
export type ReplayMessage =
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  /** What the block that diverged reads of the state before it; before the outcome. */
  | { readonly type: 'reads'; readonly reads: BlockReads }
  | { readonly type: 'outcome'; readonly outcome: EngineOutcome }
  | { readonly type: 'refused'; readonly message: string }
