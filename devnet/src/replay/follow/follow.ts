import { isDeepStrictEqual } from 'node:util'
import {
  createInferencePrecompile,
  createMemoryStore,
  type EngineName,
  type ModelStore,
  NodeFaultError,
} from '@lockstep/precompile'
import { createNode } from '../../node/createNode.js'
import type { Hex, Node } from '../../node/node.js'
import { runAhead } from '../ahead.js'
import type { BlockPlace } from '../bundles/manifest.js'
import { BlockChecker } from '../checker.js'
import type { Divergence } from '../compare/divergence.js'
import { openReplayEngine, type ReplayEngine } from '../engine/replayEngine.js'
import { ChainMovedError, ChainUnreachableError } from '../export/errors.js'
import { registeredIn } from '../export/registrations.js'
import { RemoteChain } from '../export/source.js'
import { FollowLostError, HeadSignal } from './headSignal.js'

export interface FollowOptions {
  /** What runs exact models here, or an engine made elsewhere, which is closed in the end. */
  readonly engine: EngineName | ReplayEngine
  /** Block after which to end. Default: none. */
  readonly until?: bigint
  /** Ends it. */
  readonly signal?: AbortSignal
  /** Told of each block that came out the same. */
  readonly onBlock?: (block: BlockPlace) => void
  /** Told when the other chain took blocks back, with the block that both still have. */
  readonly onReorg?: (common: BlockPlace) => void
}

/** Why following ended: the block that was to be the last, the signal, or what differs. */
export type FollowEnd =
  | { readonly reason: 'until' | 'stopped'; readonly divergence?: undefined }
  | { readonly reason: 'diverged'; readonly divergence: Divergence }

/**
 * Executes every block of a running chain in a node of its own, from genesis on, and compares all that comes out,
 * until something differs.
 * @param url of the other node's JSON-RPC, over HTTP; its WebSocket is on the same port.
 * @throws NodeFaultError when the other node cannot be asked any more.
 */
export async function follow(url: string, options: FollowOptions): Promise<FollowEnd> {
  const engine =
    typeof options.engine === 'string' ? await openReplayEngine(options.engine) : options.engine
  const store = createMemoryStore()
  const precompile = createInferencePrecompile({ store, engine })
  const remote = new RemoteChain(url)
  const heads = await HeadSignal.open(url, options.signal)
  try {
    const mining = { type: 'manual' } as const
    const genesis = await remote.genesis()
    const node = await createNode({ genesis, store, precompile, accounts: { count: 0 }, mining })
    try {
      return await new Follower(remote, node, store, options).run(heads)
    } finally {
      await node.close()
    }
  } catch (error) {
    if (!(error instanceof ChainUnreachableError)) throw error
    throw new FollowLostError(url, 'it does not answer')
  } finally {
    heads.close()
    await precompile.close()
  }
}

class Follower {
  private readonly checker: BlockChecker

  constructor(
    private readonly remote: RemoteChain,
    private readonly node: Node,
    private readonly store: ModelStore,
    private readonly options: FollowOptions,
  ) {
    this.checker = new BlockChecker(node)
  }

  async run(heads: HeadSignal): Promise<FollowEnd> {
    const { until, signal } = this.options
    const divergence = await this.compareGenesis()
    if (divergence) return { reason: 'diverged', divergence }
    for (;;) {
      const next = heads.next()
      const divergence = await this.catchUp()
      if (divergence) return { reason: 'diverged', divergence }
      if (until !== undefined && this.number >= until) return { reason: 'until' }
      await next
      if (signal?.aborted) return { reason: 'stopped' }
    }
  }

  private get number(): bigint {
    return this.node.head.block.header.number
  }

  private async compareGenesis(): Promise<Divergence | undefined> {
    const first = await this.remote.place('earliest')
    const { hash } = this.node.head
    if (first?.hash === hash) {
      for (const { id } of await this.remote.registered(first)) await this.fetchModel(id)
      return undefined
    }
    return { what: 'first block', recorded: first?.hash ?? 'none', executed: hash }
  }

  /** Takes every block that the other chain has and this one has not. */
  private async catchUp(): Promise<Divergence | undefined> {
    const { until, signal } = this.options
    for (;;) {
      const head = await this.remote.place('latest')
      if (!head || signal?.aborted) return undefined
      await this.unwindTo(head)
      if (this.number >= head.number || this.number === until) return undefined
      try {
        const divergence = await this.step()
        if (divergence) return divergence
      } catch (error) {
        // Blocks were taken back meanwhile: what both still have is found anew.
        if (!(error instanceof ChainMovedError)) throw error
      }
    }
  }

  private async step(): Promise<Divergence | undefined> {
    const { node, remote } = this
    const next = await remote.blockAfter(this.head)
    // Nothing changes the state after a block any more once another follows it.
    await this.edit()
    const called = next.inferences.map(({ model }) => model)
    for (const id of new Set([...called, ...registeredIn(next.block)])) await this.fetchModel(id)
    for (const inference of next.inferences) void runAhead(node.precompile, inference)
    const place = { number: next.number, hash: next.hash }
    const { receipts } = next.receipts
    const known = { inferences: next.inferences, receipts }
    const { divergence } = await this.checker.check(place, next.block, known)
    // What was read of a block that is gone since may be of two chains.
    if (divergence && !(await remote.has(place))) throw new ChainMovedError(place.number)
    if (!divergence) this.options.onBlock?.(place)
    return divergence
  }

  private get head(): BlockPlace {
    return { number: this.number, hash: this.node.head.hash }
  }

  /** Does to the state after the head what was done to it there. */
  private async edit(): Promise<void> {
    const { accounts } = await this.remote.edits(this.head)
    const own = await this.node.stateEdits('latest')
    // What was done here before a reorganisation may be undone there.
    if (Object.keys(own).length > 0 && !isDeepStrictEqual(own, accounts)) await this.takeAgain()
    if (Object.keys(accounts).length > 0) await this.node.applyStateEdits(accounts)
  }

  /** Lets the state after the head be the one that its block left. */
  private async takeAgain(): Promise<void> {
    const { head } = this.node
    if (this.number === this.node.genesisNumber) return this.node.reset()
    await this.node.rollback(1)
    await this.node.importBlock(head.block.serialize())
  }

  /** Takes blocks off until the head is one of the other chain's. */
  private async unwindTo(head: BlockPlace): Promise<void> {
    let isUnwound = false
    while (!(await this.isTheirs(head))) {
      await this.node.rollback(1)
      isUnwound = true
    }
    if (isUnwound) this.options.onReorg?.(this.head)
  }

  private async isTheirs(head: BlockPlace): Promise<boolean> {
    if (this.number > head.number) return false
    const theirs =
      this.number === head.number ? head : await this.remote.place(`0x${this.number.toString(16)}`)
    if (theirs?.hash === this.node.head.hash) return true
    if (this.number > this.node.genesisNumber) return false
    throw new NodeFaultError(
      'The node that is followed has another chain now, from its first block on.',
      {
        remedy: 'Start following anew.',
      },
    )
  }

  private async fetchModel(id: Hex): Promise<void> {
    if (await this.store.has(id)) return
    const bytes = await this.remote.model(id)
    if (bytes) await this.store.put(bytes)
  }
}
