import type { BlockHeader } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { Account, type Address, createZeroAddress, hexToBytes } from '@ethereumjs/util'
import type { InferencePrecompile } from '@lockstep/precompile'
import type { Chain } from './chain.js'
import type { Clock } from './clock.js'
import type { Rules } from './common.js'
import type { StateDatabase } from './database.js'
import { OverlayDatabase } from './database.js'
import type { RemoteState } from './fork/remoteState.js'
import type { Hex } from './node.js'
import { openState } from './openState.js'
import type { ChainState } from './state.js'
import { createView, type View } from './view.js'

/** What a chain starts from. */
export interface LedgerBase {
  readonly chain: Chain
  /** What the state stands on where the chain is a fork. */
  readonly remote?: RemoteState
  /** Undefined on a chain without inference. */
  readonly inference: InferencePrecompile | undefined
}

/** The chain with the states of its blocks. */
export class Ledger {
  constructor(
    private base: LedgerBase,
    private readonly database: StateDatabase,
    private readonly signal: AbortSignal,
    private readonly clock: Clock,
    /** The rules of the chain, with its chain id. */
    public rules: Rules,
  ) {}

  get chain(): Chain {
    return this.base.chain
  }

  /** Puts another chain in the place of this one. Views of it stay as they are. */
  rebase(base: LedgerBase): void {
    this.base = base
  }

  /** The rules of a block on the head, were it sealed now. */
  get common(): Common {
    const { header } = this.chain.head.block
    return this.rulesAfterHead(this.clock.peek(header.timestamp))
  }

  /** The rules of the block after the head, given its timestamp. */
  rulesAfterHead(timestamp: bigint): Common {
    const { number } = this.chain.head.block.header
    return this.rules.at({ number: number + 1n, timestamp, isMerged: this.isMerged })
  }

  /** The rules that a block of the chain follows, with the chain id of now. */
  rulesOf({ number, timestamp, common }: BlockHeader): Common {
    const { terminalTotalDifficulty } = this.rules.schedule
    const isMerged = terminalTotalDifficulty === undefined || common.gteHardfork('paris')
    return this.rules.at({ number, timestamp, isMerged })
  }

  /** Whether the block after the head is not mined. */
  private get isMerged(): boolean {
    const { terminalTotalDifficulty } = this.rules.schedule
    if (terminalTotalDifficulty === undefined) return true
    if (this.chain.head.block.common.gteHardfork('paris')) return true
    return this.chain.totalDifficulty() >= terminalTotalDifficulty
  }

  /**
   * An EVM over the state with this root, of which nothing else sees a change.
   * @param common rules to execute by.
   */
  view(root: Uint8Array, common: Common): Promise<View> {
    const { chain, remote, inference } = this.base
    return createView(
      {
        common,
        database: this.database,
        inference,
        signal: this.signal,
        remote,
        blockHash: (number) => chain.hashAt(number),
      },
      root,
    )
  }

  /** An EVM over the state after the head. */
  headView(common: Common): Promise<View> {
    return this.view(this.chain.stateRoot(this.chain.head), common)
  }

  /** The state with this root, to read. */
  read(root: Uint8Array): ChainState {
    const database = new OverlayDatabase(this.database)
    return openState({ database, root, common: this.common, remote: this.base.remote })
  }

  /** Code that some account has had, by its hash; empty when none has. */
  async codeByHash(hash: Hex): Promise<Uint8Array> {
    // State managers give code by account alone: one that nobody keeps stands for all that have it.
    const state = this.read(this.chain.stateRoot(this.chain.head))
    const owner = createZeroAddress()
    await state.putAccount(owner, new Account(0n, 0n, undefined, hexToBytes(hash)))
    return state.getCode(owner)
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
