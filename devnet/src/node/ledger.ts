import type { Common } from '@ethereumjs/common'
import type { Account, Address } from '@ethereumjs/util'
import type { InferencePrecompile } from '@lockstep/precompile'
import type { Chain } from './chain.js'
import type { StateDatabase } from './database.js'
import { OverlayDatabase } from './database.js'
import { type ChainState, openState } from './state.js'
import { createView, type View } from './view.js'

/** The chain with the states of its blocks. */
export class Ledger {
  constructor(
    readonly chain: Chain,
    private readonly database: StateDatabase,
    private readonly inference: InferencePrecompile,
    private readonly signal: AbortSignal,
    /** The rules, and the chain id, of the next block. */
    public common: Common,
  ) {}

  /**
   * An EVM over the state with this root, of which nothing else sees a change.
   * @param common rules to execute by; those of the next block unless given.
   */
  view(root: Uint8Array, common = this.common): Promise<View> {
    return createView(
      {
        common,
        database: this.database,
        inference: this.inference,
        signal: this.signal,
        blockHash: (number) => this.chain.hashAt(number),
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
    return openState(new OverlayDatabase(this.database), root, this.common)
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
    const overlay = new OverlayDatabase(this.database)
    const state = openState(overlay, this.chain.stateRoot(this.chain.head), this.common)
    await edit(state)
    const root = await state.getStateRoot()
    await overlay.commit()
    this.chain.setHeadState(root)
  }
}
