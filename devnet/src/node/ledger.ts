import type { BlockHeader } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import {
  Account,
  type Address,
  bytesToUnprefixedHex,
  createZeroAddress,
  hexToBytes,
} from '@ethereumjs/util'
import type { InferencePrecompile } from '@lockstep/precompile'
import type { Chain } from './chain.js'
import type { ClockState } from './clock.js'
import type { Rules } from './common.js'
import { OverlayDatabase, type StateReader, type StateStore } from './database.js'
import type { StateEdits } from './edits/edits.js'
import { findEdits } from './edits/find.js'
import type { ForkedState } from './fork/remoteState.js'
import { LentViews } from './lentViews.js'
import type { Hex, SealedBlock } from './node.js'
import type { Standing } from './openChain.js'
import { openState } from './openState.js'
import type { BlockSettings } from './settings.js'
import type { ChainState } from './state.js'
import { AccountReader } from './stateFile/accounts.js'
import { type LoadedChain, settingsAfter } from './stateFile/load.js'
import { codePrefix } from './stateKeys.js'
import { keyOf } from './storage/keys.js'
import { encodePosition } from './storage/position.js'
import type { Row } from './storage/store.js'
import { createView, type View } from './view.js'
import type { ReadObserver } from './witness/readRecorder.js'

/** What a chain starts from. */
export interface LedgerBase {
  readonly chain: Chain
  /** What the state stands on where the chain is a fork. */
  readonly remote?: ForkedState
  /** Undefined on a chain without inference. */
  readonly inference: InferencePrecompile | undefined
}

/** The chain with the states of its blocks. */
export class Ledger {
  /** Views for calls. */
  readonly lent = new LentViews((root, common) => this.view(root, common))

  constructor(
    private base: LedgerBase,
    private readonly database: StateStore,
    private readonly signal: AbortSignal,
    /** What the next blocks are made with. */
    private readonly standing: Standing,
    /** The rules of the chain, with its chain id. */
    public rules: Rules,
  ) {}

  get chain(): Chain {
    return this.base.chain
  }

  /** What the state stands on where the chain is a fork. */
  get forked(): ForkedState | undefined {
    return this.base.remote
  }

  /** Trie nodes and codes of every state that the chain has had. */
  get states(): StateReader {
    return this.database
  }

  /** Puts another chain in the place of this one. Views of it stay as they are. */
  rebase(base: LedgerBase): void {
    this.base = base
    this.lent.clear()
  }

  /** The rules of a block on the head, were it sealed now. */
  get common(): Common {
    const { header } = this.chain.head.block
    return this.rulesAfterHead(this.standing.clock.peek(header.timestamp))
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
   * @param observer told of what is read.
   * @param signal ends its inferences, as closing the node does.
   */
  view(
    root: Uint8Array,
    common: Common,
    observer?: ReadObserver,
    signal?: AbortSignal,
  ): Promise<View> {
    const { chain, remote, inference } = this.base
    return createView(
      {
        common,
        database: observer?.over(this.database) ?? this.database,
        inference,
        signal: signal ? AbortSignal.any([this.signal, signal]) : this.signal,
        remote: remote && (observer?.overForked(remote) ?? remote),
        blockHash: (number) => {
          observer?.ancestor(number)
          return chain.hashAt(number)
        },
        ...(observer && { onKey: (key) => observer.key(key) }),
      },
      root,
    )
  }

  /** An EVM over the state after the head. @param signal ends its inferences. */
  headView(common: Common, signal?: AbortSignal): Promise<View> {
    return this.view(this.chain.stateRoot(this.chain.head), common, undefined, signal)
  }

  /** The state with this root, to read. */
  read(root: Uint8Array): ChainState {
    const database = new OverlayDatabase(this.database)
    return openState({ database, root, common: this.common, remote: this.base.remote })
  }

  /** Code that some account has had, by its hash; empty when none has. */
  async codeByHash(hash: Hex): Promise<Uint8Array> {
    if (!this.base.remote) {
      const key = `${codePrefix}${bytesToUnprefixedHex(hexToBytes(hash))}`
      return this.database.read(key) ?? new Uint8Array()
    }
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

  /**
   * Changes the state after the head without a block. One change at a time.
   * @throws StorageError; nothing changed.
   */
  async change(edit: (state: ChainState) => Promise<void>): Promise<void> {
    const { chain, remote } = this.base
    const { head } = chain
    const database = new OverlayDatabase(this.database)
    const root = chain.stateRoot(head)
    const state = openState({ database, root, common: this.common, remote })
    await edit(state)
    const changed = await state.getStateRoot()
    const position = this.position(head, this.standing.clock.after(head.block.header.timestamp))
    await this.store(database, position, (rows) => chain.setHeadState(changed, rows))
  }

  /**
   * Puts a block on the head, with the state that its view holds.
   * @param beside rows that are written with it.
   * @throws StorageError; the chain is what it was, and the view is spent.
   */
  async append(sealed: SealedBlock, view: View, beside: readonly Row[] = []): Promise<void> {
    const { chain } = this.base
    const { timestamp } = sealed.block.header
    const position = this.position(sealed, this.standing.clock.after(timestamp))
    await this.store(view.written, position, (rows) => chain.append(sealed, [...rows, ...beside]))
  }

  /**
   * Takes the blocks above `kept` off the chain, and lets the state after it be the one with `root`, and the time its.
   * @param settings what the next blocks are made with from then on.
   * @returns the blocks, newest first.
   * @throws StorageError; the chain is what it was.
   */
  unwind(
    kept: SealedBlock,
    root: Uint8Array,
    settings: Readonly<BlockSettings>,
  ): Promise<SealedBlock[]> {
    const { timestamp } = kept.block.header
    const position = this.position(kept, this.standing.clock.at(timestamp), settings)
    return this.chain.unwind(kept, root, [position])
  }

  /**
   * How the state after a block was changed without a block.
   * @throws BlockNotFoundError, StateUnknownError, PreimageMissingError
   */
  editsAfter(sealed: SealedBlock): StateEdits {
    const { chain } = this.base
    const isFirst = sealed.hash === chain.genesis.hash
    const sealedRoot = isFirst ? chain.firstRoot : sealed.block.header.stateRoot
    return findEdits(this.database, sealedRoot, chain.stateRoot(sealed))
  }

  /** Reads states whole. */
  accountReader(): AccountReader {
    return new AccountReader(this.database, this.base.remote !== undefined)
  }

  /**
   * Puts a chain from elsewhere in the place of this one, with the states that `load` writes.
   * @param load opens states by their root, and tells what the chain is to become.
   * @throws StorageError, and what `load` throws; nothing changed.
   */
  async restore(
    load: (open: (root: Uint8Array) => ChainState) => Promise<LoadedChain>,
  ): Promise<{ readonly loaded: LoadedChain; readonly chain: Chain }> {
    const { chain, remote } = this.base
    const database = new OverlayDatabase(this.database)
    const { common } = this
    const loaded = await load((root) => openState({ database, root, common, remote }))
    const [first, ...others] = loaded.blocks
    const head = others.at(-1)?.sealed ?? first?.sealed ?? chain.head
    const clock = this.standing.clock.at(head.block.header.timestamp)
    const position = this.position(head, clock, settingsAfter(this.standing.settings, loaded))
    let restored = chain
    await this.store(database, position, async (rows) => {
      if (first) restored = await chain.replace([first, ...others], loaded.root, rows)
      else await chain.setHeadState(loaded.root, rows)
    })
    return { loaded, chain: restored }
  }

  private async store(
    overlay: OverlayDatabase,
    position: Row,
    write: (rows: readonly Row[]) => Promise<void>,
  ): Promise<void> {
    const written = overlay.rows()
    await write([...written.map(([key, value]): Row => [keyOf.state(key), value]), position])
    overlay.clear()
  }

  private position(
    head: SealedBlock,
    clock: ClockState,
    { gasLimit, coinbase }: Readonly<BlockSettings> = this.standing.settings,
  ): Row {
    const height = head.block.header.number
    const { chainId } = this.rules.schedule
    return [keyOf.position, encodePosition({ height, chainId, gasLimit, coinbase, clock })]
  }
}
