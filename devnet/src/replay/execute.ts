import { availableParallelism } from 'node:os'
import {
  createInferencePrecompile,
  type EngineName,
  type InferencePrecompile,
  NodeFaultError,
} from '@lockstep/precompile'
import { createNode } from '../node/createNode.js'
import { ImportError, InvalidBlockError, UnexecutableBlockError } from '../node/import/errors.js'
import type { Hex, Node } from '../node/node.js'
import { Ahead } from './ahead.js'
import { BundleFormatError } from './bundles/errors.js'
import { bundleFile } from './bundles/files.js'
import type { RecordedEdits, RecordedReceipts } from './bundles/lines.js'
import type { BlockPlace } from './bundles/manifest.js'
import type { Bundle } from './bundles/open.js'
import type { Divergence } from './compare/divergence.js'
import { compareInferences, type TensorNames } from './compare/inferences.js'
import { compareReceipts } from './compare/receipts.js'
import { openReplayEngine, type ReplayEngine, type RunCounts } from './engine/replayEngine.js'
import { headerOf } from './header.js'
import { Reader } from './reader.js'

/** What came of executing a bundle on one engine. */
export interface Execution {
  readonly blocks: number
  readonly transactions: number
  readonly inferences: number
  readonly runs: RunCounts
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
    const node = await createNode({
      genesis: await bundle.genesis(),
      precompile,
      store: bundle.models,
      accounts: { count: 0 },
      mining: { type: 'manual' },
      ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
    })
    try {
      const started = performance.now()
      const run = new BundleRun(bundle, node, precompile)
      const divergence = await run.execute(options.onBlock).finally(() => run.close())
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

class BundleRun {
  readonly counts = { blocks: 0, transactions: 0, inferences: 0 }
  private readonly ahead: Ahead
  private readonly receipts: Reader<RecordedReceipts>
  private readonly edits: Reader<RecordedEdits>
  private readonly names = new Map<Hex, TensorNames>()

  constructor(
    private readonly bundle: Bundle,
    private readonly node: Node,
    precompile: InferencePrecompile,
  ) {
    this.ahead = new Ahead(bundle.inferences(), precompile, 2 * availableParallelism())
    this.receipts = new Reader(bundle.receipts())
    this.edits = new Reader(bundle.edits())
  }

  /** @returns the first difference. */
  async execute(onBlock: ExecuteOptions['onBlock']): Promise<Divergence | undefined> {
    const { base, head } = this.bundle.manifest
    const first = await this.node.block('earliest')
    if (first?.hash !== base.hash) {
      return { what: 'first block', recorded: base.hash, executed: first?.hash ?? 'none' }
    }
    const total = Number(head.number - base.number)
    await this.edit(base.number)
    for await (const block of this.bundle.blocks()) {
      const divergence = await this.step(block)
      if (divergence) return divergence
      this.counts.blocks++
      onBlock?.(this.counts.blocks, total)
    }
    const { hash } = this.node.head
    return hash === head.hash ? undefined : { what: 'head', recorded: head.hash, executed: hash }
  }

  /** Closes the files that are read. */
  async close(): Promise<void> {
    await Promise.all([this.ahead.close(), this.receipts.close(), this.edits.close()])
  }

  private async step(rlp: Uint8Array): Promise<Divergence | undefined> {
    const block = this.placeOf(rlp)
    const { number } = block
    const recorded = await this.ahead.take(number)
    try {
      const executed = await this.node.importBlock(rlp)
      const { sealed, differences } = executed
      const made = executed.isKnown
        ? { inferences: sealed.inferences, tensors: [] }
        : { inferences: sealed.inferences, tensors: executed.tensors }
      const inference = await compareInferences(recorded, made, (id) => this.namesOf(id))
      if (inference) return { block, ...inference }
      const receipt = compareReceipts((await this.receiptsOf(number)) ?? [], sealed)
      if (receipt) return { block, ...receipt }
      const [first] = differences
      if (first) {
        return { block, what: first.field, recorded: first.header, executed: first.executed }
      }
      await this.edit(number)
      this.counts.transactions += sealed.transactions.length
      this.counts.inferences += sealed.inferences.length
      return undefined
    } catch (error) {
      return this.refusal(error, block, recorded)
    }
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

  /** A block that cannot be executed at all differs somewhere before, or is damaged itself. */
  private async refusal(
    error: unknown,
    block: BlockPlace,
    recorded: Awaited<ReturnType<Ahead['take']>>,
  ): Promise<Divergence> {
    const cause = error instanceof ImportError ? error.cause : undefined
    if (!(cause instanceof InvalidBlockError)) throw error
    if (cause instanceof UnexecutableBlockError) {
      const { inferences } = cause.before
      const made = recorded.slice(0, inferences.length)
      const found = await compareInferences(made, cause.before, (id) => this.namesOf(id))
      if (found) return { block, ...found }
    }
    return { block, what: 'block', recorded: 'sealed', executed: `refused: ${cause.shortMessage}` }
  }

  private async receiptsOf(number: bigint): Promise<readonly Hex[] | undefined> {
    const next = await this.receipts.takeIf(({ blockNumber }) => blockNumber === number)
    return next?.receipts
  }

  private async edit(after: bigint): Promise<void> {
    const edits = await this.edits.takeIf((next) => next.after === after)
    // A replay that goes on has done those after earlier blocks.
    const isHead = this.node.head.block.header.number === after
    if (edits && isHead) await this.node.applyStateEdits(edits.accounts)
  }

  private async namesOf(id: Hex): Promise<TensorNames> {
    const known = this.names.get(id)
    if (known) return known
    const model = await this.node.precompile.model(id)
    if (!model) {
      throw new NodeFaultError(`The bundle holds no model ${id}, which its inferences run.`, {
        remedy: 'Copy its models folder again from where it was made, or record it again.',
      })
    }
    const nameOf = ({ name }: { readonly name: string }) => name
    const names = { inputs: model.inputs.map(nameOf), outputs: model.outputs.map(nameOf) }
    this.names.set(id, names)
    return names
  }
}
