import { availableParallelism } from 'node:os'
import {
  createInferencePrecompile,
  type EngineName,
  type InferencePrecompile,
  type ModelId,
} from '@lockstep/precompile'
import { createNode } from '../node/createNode.js'
import { MissingForkedStateError } from '../node/fork/recordedState.js'
import type { Node } from '../node/node.js'
import { MissingStateError } from '../node/ownState.js'
import { MissingAncestorError } from '../node/startingState.js'
import type { BlockReads } from '../node/witness/blockReads.js'
import { Ahead } from './ahead.js'
import { BundleFormatError, BundleStateError } from './bundles/errors.js'
import { bundleFile } from './bundles/files.js'
import type { RecordedEdits, RecordedReceipts } from './bundles/lines.js'
import type { BlockPlace } from './bundles/manifest.js'
import type { Bundle } from './bundles/open.js'
import { BlockChecker } from './checker.js'
import type { Divergence } from './compare/divergence.js'
import { openReplayEngine, type ReplayEngine, type RunCounts } from './engine/replayEngine.js'
import { headerOf } from './header.js'
import { Reader } from './reader.js'

/** What came of executing a bundle on one engine. */
export interface Execution {
  readonly blocks: number
  readonly transactions: number
  readonly inferences: number
  /** Undefined where another client executed it. */
  readonly runs?: RunCounts
  /** How many accounts were compared in the end, where that is how states are compared. */
  readonly accounts?: number
  /** The name of the device that exact models ran on, where that is not the CPU. */
  readonly device?: string
  /** Of the execution alone, the checks of files and engine left out. */
  readonly seconds: number
  /** Undefined where everything came out as it was recorded. */
  readonly divergence?: Divergence
}

export interface ExecuteOptions {
  /** What runs exact models: an engine by its name, or one made elsewhere, which is closed in the end. */
  readonly engine: EngineName | ReplayEngine
  /** Folder to keep the chain in, so that an interrupted replay goes on where it was. Default: none. */
  readonly dataDir?: string
  /** Told what a block that diverges reads of the state before it. */
  readonly onReads?: (reads: BlockReads) => void
  /** Told after each block. */
  readonly onBlock?: (done: number, total: number) => void
}

const memoBytes = 128 * 2 ** 20

/**
 * Executes a bundle in this process, and compares everything that comes out with what was recorded, up to the first
 * difference.
 * @throws EngineUnavailableError, NodeFaultError where this machine fails; BundleError
 */
export async function executeBundle(bundle: Bundle, options: ExecuteOptions): Promise<Execution> {
  const engine =
    typeof options.engine === 'string' ? await openReplayEngine(options.engine) : options.engine
  const precompile = createInferencePrecompile({ store: bundle.models, engine, memoBytes })
  try {
    const [genesis, start, fork] = await Promise.all([
      bundle.genesis(),
      bundle.start(),
      bundle.fork(),
      loadFirst(bundle, precompile),
    ])
    const node = await createNode({
      genesis,
      ...(start && { startingState: start }),
      ...(fork && { recordedFork: fork }),
      precompile,
      store: bundle.models,
      accounts: { count: 0 },
      mining: { type: 'manual' },
      ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
    }).catch((error) => {
      throw lackOf(bundle, 'the first state', error)
    })
    try {
      const started = performance.now()
      const run = new BundleRun(bundle, node, precompile, options)
      const divergence = await run.execute().finally(() => run.close())
      return {
        ...run.counts,
        runs: engine.counts,
        ...(engine.device !== undefined && { device: engine.device }),
        seconds: (performance.now() - started) / 1000,
        ...(divergence && { divergence }),
      }
    } finally {
      await node.close()
    }
  } finally {
    await precompile.close()
  }
}

/** How many of the first inferences tell which models to load before the first block. */
const firstInferences = 64

/** Starts every worker, with the models that come first: a node loads its models before it seals blocks, too. */
async function loadFirst(bundle: Bundle, precompile: InferencePrecompile): Promise<void> {
  const ids = new Set<ModelId>()
  let read = 0
  for await (const { model } of bundle.inferences()) {
    ids.add(model)
    if (++read === firstInferences) break
  }
  const everyWorker = Array.from({ length: availableParallelism() })
  for (const id of ids) {
    // What cannot be loaded fails again, and is told of, where the chain asks for it.
    const model = await precompile.model(id).catch(() => undefined)
    if (!model) continue
    await Promise.allSettled(everyWorker.map(() => precompile.engine.warm(model)))
  }
}

class BundleRun {
  readonly counts = { blocks: 0, transactions: 0, inferences: 0 }
  private readonly ahead: Ahead
  private readonly receipts: Reader<RecordedReceipts>
  private readonly edits: Reader<RecordedEdits>
  private readonly checker: BlockChecker

  constructor(
    private readonly bundle: Bundle,
    private readonly node: Node,
    precompile: InferencePrecompile,
    private readonly options: ExecuteOptions,
  ) {
    this.ahead = new Ahead(bundle.inferences(), precompile, 2 * availableParallelism())
    this.checker = new BlockChecker(node)
    this.receipts = new Reader(bundle.receipts())
    this.edits = new Reader(bundle.edits())
  }

  /** @returns the first difference. */
  async execute(): Promise<Divergence | undefined> {
    const { base, head } = this.bundle.manifest
    const first = await this.node.block('earliest')
    if (first?.hash !== base.hash) {
      return { what: 'first block', recorded: base.hash, executed: first?.hash ?? 'none' }
    }
    const total = Number(head.number - base.number)
    // A state that a bundle holds was edited before.
    if (!this.bundle.manifest.start) await this.edit(base.number)
    for await (const block of this.bundle.blocks()) {
      const divergence = await this.step(block)
      if (divergence) return divergence
      this.counts.blocks++
      this.options.onBlock?.(this.counts.blocks, total)
    }
    const { hash } = this.node.head
    return hash === head.hash ? undefined : { what: 'head', recorded: head.hash, executed: hash }
  }

  /** Closes the files that are read. */
  async close(): Promise<void> {
    await Promise.all([this.ahead.close(), this.receipts.close(), this.edits.close()])
  }

  private async step(rlp: Uint8Array): Promise<Divergence | undefined> {
    const place = this.placeOf(rlp)
    try {
      return await this.compare(place, rlp)
    } catch (error) {
      throw lackOf(this.bundle, `block ${place.number}`, error)
    }
  }

  private async compare(place: BlockPlace, rlp: Uint8Array): Promise<Divergence | undefined> {
    const { number } = place
    const inferences = await this.ahead.take(number)
    const receipts = (await this.receipts.takeIf((next) => next.blockNumber === number))?.receipts
    const checked = await this.checker.check(place, rlp, { inferences, receipts: receipts ?? [] })
    if (checked.divergence) {
      await this.tellReads(place, rlp)
      return checked.divergence
    }
    await this.edit(number)
    this.counts.transactions += checked.sealed.transactions.length
    this.counts.inferences += checked.sealed.inferences.length
    return undefined
  }

  private async tellReads({ hash }: BlockPlace, rlp: Uint8Array): Promise<void> {
    const { onReads } = this.options
    if (!onReads) return
    const { head } = this.node
    // Where no more than an output differs from its record, the block is on the chain already.
    const reading = head.hash === hash ? this.node.blockReads(head) : this.node.readsOfNext(rlp)
    // A block that cannot follow the head reads nothing.
    const reads = await reading.catch(() => undefined)
    if (reads) onReads(reads)
  }

  private placeOf(rlp: Uint8Array): BlockPlace {
    try {
      const { number, hash } = headerOf(rlp)
      return { number, hash }
    } catch (cause) {
      const position = this.counts.blocks + 1
      const problem = `holds bytes that are no block in the place of its block ${position}`
      throw new BundleFormatError(this.bundle.folder, bundleFile.chain, problem, { cause })
    }
  }

  private async edit(after: bigint): Promise<void> {
    const edits = await this.edits.takeIf((next) => next.after === after)
    // A replay that goes on has done those after earlier blocks.
    const isHead = this.node.head.block.header.number === after
    if (edits && isHead) await this.node.applyStateEdits(edits.accounts)
  }
}

/**
 * Where what a bundle starts from lacks something, an error that says so; otherwise the same.
 * @param reader what reads it.
 */
function lackOf({ folder, manifest }: Bundle, reader: string, error: unknown): unknown {
  if (!manifest.start && !manifest.fork) return error
  for (let cause = error; cause instanceof Error; cause = cause.cause as Error) {
    const what = lackIn(cause)
    if (what === undefined) continue
    const file = cause instanceof MissingForkedStateError ? bundleFile.fork : bundleFile.state
    return new BundleStateError(folder, `lacks ${what}, which ${reader} reads`, {
      file,
      cause: error,
    })
  }
  return error
}

function lackIn(cause: Error): string | undefined {
  if (cause instanceof MissingStateError) return `the ${cause.kind} 0x${cause.hash}`
  if (cause instanceof MissingAncestorError) return `the header of block ${cause.number}`
  return cause instanceof MissingForkedStateError ? cause.what : undefined
}
