import type { Common } from '@ethereumjs/common'
import type { OverlayDatabase } from './database.js'
import { ForkState } from './fork/forkState.js'
import type { RemoteState } from './fork/remoteState.js'
import { OwnState } from './ownState.js'
import type { ChainState } from './state.js'

export interface StateSource {
  readonly database: OverlayDatabase
  readonly root: Uint8Array
  readonly common: Common
  /** What the state stands on where the chain is a fork. */
  readonly remote: RemoteState | undefined
}

/** Opens the state with this root, of this chain or on top of a forked one. Writes go to the database. */
export function openState({ database, root, common, remote }: StateSource): ChainState {
  return remote ? new ForkState(remote, database, root, common) : new OwnState(database, root)
}
