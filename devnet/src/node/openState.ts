import type { Common } from '@ethereumjs/common'
import type { OverlayDatabase } from './database.js'
import { ForkState } from './fork/forkState.js'
import type { ForkedState } from './fork/remoteState.js'
import { OwnState } from './ownState.js'
import type { ChainState } from './state.js'

export interface StateSource {
  readonly database: OverlayDatabase
  readonly root: Uint8Array
  readonly common: Common
  /** What the state stands on where the chain is a fork. */
  readonly remote: ForkedState | undefined
  /** Told of each address and slot that is looked up; a forked chain tells of none. */
  readonly onKey?: (key: Uint8Array) => void
}

/** Opens the state with this root, of this chain or on top of a forked one. Writes go to the database. */
export function openState({ database, root, common, remote, onKey }: StateSource): ChainState {
  if (remote) return new ForkState(remote, database, root, common)
  return new OwnState(database, root, onKey)
}
