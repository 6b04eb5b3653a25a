import { createNode } from '../../node/createNode.js'
import type { Hex } from '../../node/node.js'
import { StateCollector } from '../bundles/collectState.js'
import type { BlockPlace, StartFacts } from '../bundles/manifest.js'
import type { StateFile } from '../bundles/start.js'
import { ChainMovedError, ChainUnreachableError, ExportError } from './errors.js'
import { type ExportedFork, readForked } from './forked.js'
import type { RemoteChain } from './source.js'

/** Which blocks to export. */
export interface RangeOptions {
  /** The first. Default: the one after the genesis, or after a state that was loaded. */
  readonly from?: bigint
  /** The last. Default: the head. */
  readonly to?: bigint
}

/** Blocks of a chain, and what replaying them takes beside its genesis. */
export interface ExportedRange {
  /** The block before the first. */
  readonly base: BlockPlace
  readonly head: BlockPlace
  /** What is read of the state after the base; undefined where the genesis makes that. */
  readonly state?: { readonly file: StateFile; readonly start: StartFacts }
  /** What was read of the chain that it forks; undefined where it forks none. */
  readonly fork?: ExportedFork
}

/**
 * Finds the blocks to export, and reads what executing them reads.
 * @throws ExportError, ChainUnreachableError
 */
export async function rangeOf(
  chain: RemoteChain,
  genesis: Record<string, unknown>,
  { from, to }: RangeOptions,
): Promise<ExportedRange> {
  const [first, head] = await Promise.all([firstOf(chain, genesis), chain.place(to ?? 'latest')])
  if (!first) throw new ExportError(`The node at ${chain.host} has no blocks.`)
  const base = from === undefined ? first : await placeBefore(chain, from)
  if (!head || !base || (from !== undefined && base.number >= head.number)) {
    throw new ExportError(
      `The chain has no blocks from ${from ?? 'its first'} to ${to ?? 'its head'}.`,
      {
        remedy: 'Name blocks between its first and its head, which has the parameter latest.',
      },
    )
  }
  const isWhole = base.number === first.number && (await makes(genesis, first))
  if (isWhole) return { base, head }
  if (await isFork(chain, first)) return forkRange(chain, genesis, { base, head, first })
  return from === undefined ? readDown(chain, first, head) : readRange(chain, base, head)
}

/** The first block: a fork's is that of the forked chain from which it goes on. */
async function firstOf(
  chain: RemoteChain,
  { number }: Record<string, unknown>,
): Promise<BlockPlace | undefined> {
  return (await chain.place(BigInt((number as Hex | undefined) ?? 0))) ?? chain.place('earliest')
}

/** Whether a chain goes on from another one: then the first block of all reads something of that. */
async function isFork(chain: RemoteChain, first: BlockPlace): Promise<boolean> {
  try {
    return (await chain.reads(first)).forked !== undefined
  } catch (error) {
    if (isRefusal(error)) return false
    throw error
  }
}

async function forkRange(
  chain: RemoteChain,
  genesis: Record<string, unknown>,
  { base, head, first }: { base: BlockPlace; head: BlockPlace; first: BlockPlace },
): Promise<ExportedRange> {
  if (base.number !== first.number) {
    throw new ExportError('A part of a fork is not exported: its states hang on no header.', {
      remedy: 'Leave --from out.',
    })
  }
  const { chainId } = genesis.config as { chainId: number }
  return { base, head, fork: await readForked(chain, chainId, { base, head }) }
}

async function placeBefore(chain: RemoteChain, from: bigint): Promise<BlockPlace | undefined> {
  return from > 0n ? chain.place(from - 1n) : undefined
}

/** Whether a chain starts as its genesis says: one that goes on from another, or was loaded, does not. */
async function makes(genesis: Record<string, unknown>, base: BlockPlace): Promise<boolean> {
  const node = await createNode({ genesis, accounts: { count: 0 }, mining: { type: 'manual' } })
  const { hash } = node.head
  await node.close()
  return hash === base.hash
}

async function readRange(
  chain: RemoteChain,
  base: BlockPlace,
  head: BlockPlace,
): Promise<ExportedRange> {
  const reads = new RangeReads(chain, head)
  for (let number = head.number; number > base.number; number--) await reads.add(number)
  return reads.from(base)
}

/** As many blocks below the head as this node executed: those that came with a state file were executed elsewhere. */
async function readDown(
  chain: RemoteChain,
  first: BlockPlace,
  head: BlockPlace,
): Promise<ExportedRange> {
  const reads = new RangeReads(chain, head)
  let base = head.number
  let refusal: unknown
  try {
    for (; base > first.number; base--) await reads.add(base)
  } catch (error) {
    if (!isRefusal(error)) throw error
    refusal = error
  }
  const place = await chain.place(base)
  if (!place) throw new ChainMovedError(base)
  if (base < head.number) return reads.from(place)
  throw new ExportError(`Block ${base}, the last of the chain, was not executed here.`, {
    remedy: 'Export once blocks were sealed after the state that was loaded.',
    cause: refusal,
  })
}

/** Whether the node answered that it cannot tell. */
function isRefusal(error: unknown): boolean {
  return !(error instanceof ChainUnreachableError || error instanceof ChainMovedError)
}

/** What the blocks of a range read, from its last to its first. */
class RangeReads {
  private readonly state = new StateCollector()
  /** Of the state before the lowest block so far. */
  private stateRoot: Hex = '0x'

  constructor(
    private readonly chain: RemoteChain,
    private readonly head: BlockPlace,
  ) {}

  /** @throws ChainMovedError, and what the node answers with */
  async add(number: bigint): Promise<void> {
    const place = number === this.head.number ? this.head : await this.chain.place(number)
    if (!place) throw new ChainMovedError(number)
    const reads = await this.chain.reads(place)
    this.state.add(reads)
    this.stateRoot = reads.stateRoot
  }

  from(base: BlockPlace): ExportedRange {
    const state = this.state.under(base, this.stateRoot)
    if (state.isMined) {
      throw new ExportError(
        `Block ${base.number} was mined, and no range starts from such a block.`,
        {
          remedy: 'Export the chain from its genesis.',
        },
      )
    }
    return { base, head: this.head, state }
  }
}
