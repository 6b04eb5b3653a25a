import type { Hex } from '../node.js'

/** What became of an account; the slots that are not named stay as they are. */
export interface AccountEdit {
  readonly nonce: bigint
  readonly balance: bigint
  /** Where it changed. */
  readonly code?: Hex
  readonly storage?: Readonly<Record<Hex, Hex>>
}

/**
 * How somebody changed the state after a block without a block, as `anvil_setBalance` does; null for an account that
 * is gone.
 */
export type StateEdits = Readonly<Record<Hex, AccountEdit | null>>
