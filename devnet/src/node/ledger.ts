import type { Common } from '@ethereumjs/common'
import type { Account, Address } from '@ethereumjs/util'
import type { InferencePrecompile } from '@lockstep/precompile'
import type { Chain } from './chain.js'
import type { StateDatabase } from './database.js'
import { OverlayDatabase } from './database.js'
import type { RemoteState } from './fork/remoteState.js'
import { openState } from './openState.js'
import type { ChainState } from './state.js'
import { createView, type View } from './view.js'

/** What a chain starts from. */
export interface LedgerBase {
  readonly chain: Chain
  /** What the state stands on where the chain is a fork. */
  readonly remote?: RemoteState
}

/** The chain with the states of its blocks. */
export class Ledger {
  constructor(
    private base: LedgerBase,
    private readonly database: StateDatabase,
    private readonly inference: InferencePrecompile,
    private readonly signal: AbortSignal,
    /** The rules, and the chain id, of the next block. */
    public common: Common,
  ) {}

  get chain(): Chain {
    return this.base.chain
  }

  /** Puts another chain in the place of this one. Views of it stay as they are. */
  rebase(base: LedgerBase): void {
    this.base = base
  }

  /**
   * An EVM over the state with this root, of which nothing else sees a change.
   * @param common rules to execute by; those of the next block unless given.
   */
  view(root: Uint8Array, common = this.common): Promise<View> {
    const { chain, remote } = this.base
    return createView(
      {
        common,
        database: this.database,
        inference: this.inference,
        signal: this.signal,
        remote,
        blockHash: (number) => chain.hashAt(number),
      },
      root,
    )
  }

  /** An EVM over the state after the head. */
  headView(): Promise<View> {
    return this.view(this.chain.stateRoot(this.chain.head))
  }

  /** The state with this root, to read. */
  read(root: Uint8Array): ChainState {
    const database = new OverlayDatabase(this.database)
    return openState({ database, root, common: this.common, remote: this.base.remote })
  }

  /** The account after the head, as of the moment at which this resolves. */
  async headAccount(address: Address): Promise<Account | undefined> {
    for (;;) {
      const { version, head } = this.chain
      const account = await this.read(this.chain.stateRoot(head)).getAccount(address)
      if (this.chain.version === version) return account
    }
  }

  /** Changes the state after the head without a block. One change at a time. */
  async change(edit: (state: ChainState) => Promise<void>): Promise<void> {
    const { chain, remote } = this.base
    const database = new OverlayDatabase(this.database)
    const root = chain.stateRoot(chain.head)
    const state = openState({ database, root, common: this.common, remote })
    await edit(state)
    const changed = await state.getStateRoot()
    await database.commit()
    chain.setHeadState(changed)
  }
}
